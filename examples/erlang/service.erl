%% A small service that logs in one of two ways.
%%
%%   erlc *.erl
%%   logq-run -u shop -- erl -noinput -pa . -run service main stdout    # "<N>" lines
%%   erl -noinput -pa . -run service main native                        # entries with fields
-module(service).
-export([main/1]).

-include_lib("kernel/include/logger.hrl").

main([Way]) ->
    ok = logger:set_primary_config(level, debug),
    set_up(Way),
    serve(),
    ok = logger_std_h:filesync(default),
    init:stop().

set_up("stdout") ->
    ok = logger:set_handler_config(default, formatter, {journal_lines, #{}});
set_up("native") ->
    ok = logger:add_handler(journal, journal_socket, #{config => #{identifier => <<"shop">>}}),
    ok = logger:set_handler_config(default, level, none).

serve() ->
    logger:update_process_metadata(#{request_id => <<"7f3a">>}),
    ?LOG_INFO("user ~b logged in", [42], #{user_id => 42}),
    ?LOG_WARNING("two~nlines", []),
    ?LOG_DEBUG("bytes", #{raw => <<0, 10, 255>>}),
    ?LOG_ERROR("cannot open ~ts", ["/srv/data"]).
