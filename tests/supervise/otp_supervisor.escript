#!/usr/bin/env escript
%%! -noinput
%% Runs scripts, the terms of a file, on OTP's own supervisor and prints what each orders, one line
%% per script: "+a" child a is started, "!a" it cannot be, "~a" it need not be, "-a" it is stopped,
%% "=done" answers a request, "end=..." is the end.
%%
%%   {StepsBefore, Tree, Steps}.
%%   Tree = {Strategy, Intensity, AutoShutdown, [{Id, Restart, IsSignificant, worker | Tree}]}
%%   Step = {ends, Id, Kind} | {fails, Id, Times} | {skips, Id, Times} | {start, Id} |
%%          {terminate, Id} | {on_start, Id, OtherId, Kind} | {on_stop, Id, OtherId, Kind} |
%%          {together, Count} | stop
%%
%% A step begins when the one before has had all its consequences. on_start and on_stop end another
%% child, once, while Id is being started or stopped. After together a child that is told to stop
%% does so when Count of them have been told.
-mode(compile).
-export([init/1, start_worker/1, start_tree/2]).

main([File]) ->
    logger:set_primary_config(level, none),
    {ok, Scripts} = file:consult(File),
    lists:foreach(fun(Script) ->
        {Driver, Monitor} = spawn_monitor(fun() -> run(Script) end),
        receive {'DOWN', Monitor, process, Driver, normal} -> ok;
                {'DOWN', Monitor, process, Driver, Why} -> io:format("broken: ~p~n", [Why])
        end
    end, Scripts).

run({StepsBefore, Tree, Steps}) ->
    process_flag(trap_exit, true),
    ets:new(world, [named_table, public, set]),
    ets:insert(world, {together, 0}),
    [take_step(Step, none, Tree) || Step <- StepsBefore],
    case start_tree(top, Tree) of
        {ok, Top} -> take_steps(Steps, Top, Tree);
        {error, {shutdown, {failed_to_start_child, _, _}}} -> tell("end=failed")
    end,
    Events = lists:sort(ets:match(world, {{event, '$1'}, '$2'})),
    io:format("~s~n", [lists:join(" ", [Event || [_, Event] <- Events])]).

%% Several workers at once may have something to tell.
tell(Event) -> ets:insert(world, {{event, erlang:unique_integer([monotonic])}, Event}).

told() -> ets:select_count(world, [{{{event, '_'}, '_'}, [], [true]}]).

tell(Sign, Id) -> tell([Sign, atom_to_list(Id)]).

%% --- the tree ---

start_tree(Id, {Strategy, Intensity, AutoShutdown, Children}) ->
    Flags = #{strategy => Strategy, intensity => Intensity, period => 3600,
              auto_shutdown => AutoShutdown},
    Result = supervisor:start_link(?MODULE, {Flags, [child(Strategy, Child) || Child <- Children]}),
    case Result of
        {ok, Pid} -> ets:insert(world, {{tree, Id}, Pid});
        _ -> ok
    end,
    Result.

init(Tree) -> {ok, Tree}.

child(simple_one_for_one, {Id, Restart, IsSignificant, worker}) ->
    #{id => Id, start => {?MODULE, start_worker, []}, restart => Restart,
      significant => IsSignificant, shutdown => infinity};
child(_, {Id, Restart, IsSignificant, worker}) ->
    #{id => Id, start => {?MODULE, start_worker, [Id]}, restart => Restart,
      significant => IsSignificant, shutdown => infinity};
child(_, {Id, Restart, IsSignificant, Tree}) ->
    #{id => Id, start => {?MODULE, start_tree, [Id, Tree]}, restart => Restart,
      significant => IsSignificant, shutdown => infinity, type => supervisor}.

start_worker(Id) ->
    Parent = self(),
    proc_lib:start_link(erlang, apply, [fun() -> begin_work(Id, Parent) end, []]).

begin_work(Id, Parent) ->
    process_flag(trap_exit, true),
    case take(fails, Id) orelse (take(skips, Id) andalso skipped) of
        true ->
            tell($!, Id), run_hook(on_start, Id),
            proc_lib:init_ack({error, failed});
        skipped ->
            tell($~, Id), run_hook(on_start, Id),
            proc_lib:init_ack(ignore);
        false ->
            tell($+, Id), run_hook(on_start, Id),
            ets:insert(world, {{worker, Id}, self(), Parent}),
            proc_lib:init_ack({ok, self()}),
            work(Id, Parent)
    end.

work(Id, Parent) ->
    receive
        {ends, Reason} -> exit(Reason);
        {'EXIT', Parent, Reason} -> tell($-, Id), run_hook(on_stop, Id), wait_for_others(), exit(Reason)
    end.

wait_for_others() ->
    ets:update_counter(world, stopping, 1, {stopping, 0}),
    wait_until_enough().

wait_until_enough() ->
    Count = ets:lookup_element(world, together, 2),
    case ets:lookup_element(world, stopping, 2) of
        Enough when Enough >= Count -> ok;
        _ -> erlang:yield(), wait_until_enough()
    end.

%% Whether one of the times is left.
take(Key, Id) ->
    case ets:lookup(world, {Key, Id}) of
        [{_, Times}] when Times > 0 -> ets:insert(world, {{Key, Id}, Times - 1}), true;
        _ -> false
    end.

run_hook(Key, Id) ->
    case ets:take(world, {Key, Id}) of
        [{_, Other, Kind}] -> end_worker(Other, Kind);
        [] -> ok
    end.

%% Ends a worker that runs and waits until its supervisor has that in its queue.
end_worker(Id, Kind) ->
    case ets:lookup(world, {worker, Id}) of
        [{_, Pid, Parent}] ->
            Monitor = monitor(process, Pid),
            case Kind of
                kill -> exit(Pid, kill);
                _ -> Pid ! {ends, Kind}
            end,
            receive {'DOWN', Monitor, process, Pid, _} -> ok end,
            wait_until_heard(Parent, Pid);
        [] -> ok
    end.

wait_until_heard(Parent, Pid) ->
    case process_info(Parent, links) of
        {links, Links} ->
            case lists:member(Pid, Links) of
                true -> erlang:yield(), wait_until_heard(Parent, Pid);
                false -> ok
            end;
        undefined -> ok
    end.

%% --- the steps ---

take_steps([Step | Rest], Top, Tree) ->
    case settle(Top) of
        over ->
            receive {'EXIT', Top, shutdown} -> tell("end=shutdown") end;
        running when Step =:= stop ->
            exit(Top, shutdown),
            receive {'EXIT', Top, shutdown} -> tell("end=stopped") end;
        running ->
            take_step(Step, Top, Tree),
            take_steps(Rest, Top, Tree)
    end.

take_step({together, Count}, _, _) -> ets:insert(world, {together, Count});
take_step({ends, Id, Kind}, _, _) -> end_worker(Id, Kind);
take_step({on_start, Id, Other, Kind}, _, _) -> ets:insert(world, {{on_start, Id}, Other, Kind});
take_step({on_stop, Id, Other, Kind}, _, _) -> ets:insert(world, {{on_stop, Id}, Other, Kind});
take_step({terminate, Id}, Top, {simple_one_for_one, _, _, _}) ->
    case ets:lookup(world, {worker, Id}) of
        [{_, Pid, _}] ->
            case is_process_alive(Pid) of  % names are ours
                true -> answer(supervisor:terminate_child(Top, Pid));
                false -> answer({error, not_found})
            end;
        [] -> answer({error, not_found})
    end;
take_step({terminate, Id}, Top, _) -> answer(supervisor:terminate_child(Top, Id));
take_step({start, Id}, Top, {simple_one_for_one, _, _, _}) ->
    case ets:lookup(world, {worker, Id}) of
        [{_, Pid, _}] ->
            case is_process_alive(Pid) of
                true -> answer({error, running});
                false -> answer(supervisor:start_child(Top, [Id]))
            end;
        [] -> answer(supervisor:start_child(Top, [Id]))
    end;
take_step({start, Id}, Top, _) -> answer(supervisor:restart_child(Top, Id));
take_step({Key, Id, Times}, _, _) -> ets:insert(world, {{Key, Id}, Times}).

answer(ok) -> tell("=done");
answer({ok, _}) -> tell("=done");
answer({error, not_found}) -> tell("=unknown");
answer({error, running}) -> tell("=running");
answer({error, restarting}) -> tell("=restarting");
answer({error, _}) -> tell("=failed").

%% Until nothing in a tree is about to happen any more. It is asked twice: what ends during a restart
%% is in the supervisor's queue only behind the first question.
settle(Sup) ->
    Told = told(),
    try supervisor:which_children(Sup), supervisor:which_children(Sup) of
        Children ->
            IsBusy = lists:keymember(restarting, 2, Children) orelse told() > Told,
            case IsBusy of
                true -> settle(Sup);
                false -> settle_inner(Sup, [Pid || {_, Pid, supervisor, _} <- Children, is_pid(Pid)])
            end
    catch
        exit:_ -> wait_for_end(Sup), over
    end.

settle_inner(_, []) -> running;
settle_inner(Sup, [Inner | Rest]) ->
    case settle(Inner) of
        running -> settle_inner(Sup, Rest);
        over -> wait_until_heard(Sup, Inner), settle(Sup)
    end.

wait_for_end(Pid) ->
    Monitor = monitor(process, Pid),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.
