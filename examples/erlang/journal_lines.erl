%% A formatter for Erlang's logger (and Elixir's Logger, which is the same): every line begins with
%% its importance as "<N>", which the collector of a service's standard output takes off again.
%%
%%   logger:set_handler_config(default, formatter, {journal_lines, #{}}).
-module(journal_lines).
-export([format/2]).

format(#{level := Level} = Event, _Config) ->
    Prefix = [$<, integer_to_list(journal_socket:priority(Level)), $>],
    Lines = binary:split(journal_socket:message(Event), <<"\n">>, [global]),
    [[Prefix, Line, $\n] || Line <- Lines].
