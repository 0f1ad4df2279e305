%% A handler for Erlang's logger (and Elixir's Logger, which is the same) that sends entries with
%% fields to the journal's native socket: one datagram for each, without a port program.
%%
%%   logger:add_handler(journal, journal_socket, #{config => #{identifier => <<"shop">>}}).
%%
%% The collector is the one that LOGQ_SOCKET names, else the system's. Metadata that is text, a
%% number or an atom becomes a field: #{user_id => 42} is USER_ID=42. What cannot be sent goes to
%% standard error.
-module(journal_socket).
-export([adding_handler/1, removing_handler/1, log/2, message/1, priority/1]).

adding_handler(#{config := Given} = Config) ->
    Path = os:getenv("LOGQ_SOCKET", "/run/systemd/journal/socket"),
    Asker = self(),
    %% The socket lives as long as its owner, and the caller is a passing process of logger's.
    Owner = spawn(fun() -> own_socket(Asker) end),
    receive
        {Owner, Socket} ->
            {ok, Config#{config => Given#{owner => Owner, socket => Socket, path => Path}}}
    after 5000 -> {error, no_socket}
    end.

own_socket(Asker) ->
    {ok, Socket} = gen_udp:open(0, [local, binary, {active, false}, {sndbuf, 8 bsl 20}]),
    Asker ! {self(), Socket},
    receive stop -> gen_udp:close(Socket) end.

removing_handler(#{config := #{owner := Owner}}) ->
    Owner ! stop,
    ok.

log(Event, #{config := #{identifier := Identifier, socket := Socket, path := Path}}) ->
    Fields = [{<<"SYSLOG_IDENTIFIER">>, Identifier} | fields(Event)],
    case gen_udp:send(Socket, {local, Path}, 0, encode(Fields)) of
        ok -> ok;
        {error, Reason} -> io:format(standard_error, "~ts: ~p; ~tp~n", [Path, Reason, Event])
    end.

%% NAME=value, or where a newline is in the value NAME, its length and the value.
encode(Fields) ->
    [encode_field(Name, Value) || {Name, Value} <- Fields].

encode_field(Name, Value) ->
    case binary:match(Value, <<"\n">>) of
        nomatch -> [Name, $=, Value, $\n];
        _ -> [Name, $\n, <<(byte_size(Value)):64/little>>, Value, $\n]
    end.

fields(#{level := Level, meta := Meta} = Event) ->
    [{<<"MESSAGE">>, message(Event)},
     {<<"PRIORITY">>, integer_to_binary(priority(Level))}
     | [field(Key, Value) || {Key, Value} <- maps:to_list(maps:remove(gl, Meta)), is_plain(Value)]].

message(Event) ->
    Template = #{template => [msg], single_line => false},
    unicode:characters_to_binary(logger_formatter:format(Event, Template)).

field(time, Microseconds) -> {<<"SOURCE_REALTIME_TIMESTAMP">>, integer_to_binary(Microseconds)};
field(file, File) -> {<<"CODE_FILE">>, text(File)};
field(line, Line) -> {<<"CODE_LINE">>, text(Line)};
field(mfa, {M, F, A}) -> {<<"CODE_FUNC">>, text(io_lib:format("~ts:~ts/~b", [M, F, A]))};
field(pid, Pid) -> {<<"ERLANG_PID">>, text(pid_to_list(Pid))};
field(Key, Value) -> {field_name(Key), text(Value)}.

is_plain({_, _, _}) -> true;  % the mfa
is_plain(V) -> is_pid(V) orelse is_integer(V) orelse is_atom(V) orelse is_binary(V) orelse
                   io_lib:printable_unicode_list(V).

text(V) when is_binary(V) -> V;
text(V) when is_integer(V) -> integer_to_binary(V);
text(V) when is_atom(V) -> atom_to_binary(V);
text(V) -> unicode:characters_to_binary(V).

%% Capitals, digits and underscores; a leading underscore is the collector's.
field_name(Key) ->
    << <<(if C >= $a, C =< $z -> C - 32; C >= $A, C =< $Z; C >= $0, C =< $9 -> C; true -> $_ end)>>
       || <<C>> <= atom_to_binary(Key) >>.

priority(Level) ->
    Levels = [emergency, alert, critical, error, warning, notice, info, debug],
    length(lists:takewhile(fun(L) -> L =/= Level end, Levels)).
