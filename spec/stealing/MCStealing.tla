------------------------------ MODULE MCStealing ------------------------------
(* The bounded instances with history variables, properties of the history, and  *)
(* witnesses: states that have to be reachable for the rest to be meaningful.     *)
EXTENDS StealingBounds, StealingMutants

VARIABLES
  runs,        \* every start: task, agent, epoch
  done         \* every completion: task, and the epoch that it named; 0 meant the one in force
history == <<runs, done>>
hvars == <<tasks, agents, order, born, ready, claims, queue, load, lingering, epoch, asks, todo, freed, quiet, runs, done>>

MCInit == InitWith(There) /\ runs = {} /\ done = {}
MCNext ==
  \/ quiet /\ BCommands /\ UNCHANGED history
  \/ quiet /\ \E t \in Task, e \in Named : BComplete(t, e) /\ done' = done \cup {<<t, e, tasks[t].epoch>>} /\ UNCHANGED runs
  \/ ~quiet /\ Events /\ UNCHANGED done
     /\ runs' = runs \cup {<<t, tasks[t].agent, tasks[t].epoch>> :
                             t \in {u \in Task : tasks[u].status # "running" /\ tasks'[u].status = "running"}}
MCSpec == MCInit /\ [][MCNext]_hvars

-------------------------------------------------------------------------------
\* Properties of the history

RunningHasRun ==
  \A t \in Task : tasks[t].status = "running" => <<t, tasks[t].agent, tasks[t].epoch>> \in runs
OneRunPerEpoch == \A r, s \in runs : r[3] = s[3] => r = s
CompletedOnce ==
  todo = <<>> => \A t \in Task :
    /\ Cardinality({d \in done : d[1] = t}) = IF tasks[t].status = "completed" THEN 1 ELSE 0
\* Each named the claim in force.
CompletionsNamedTheirClaim == \A d \in done : d[2] \in {0, d[3]}
NoRestartOfEpoch ==
  [][\A t \in Task : (tasks[t].status # "running" /\ tasks'[t].status = "running") =>
       \A r \in runs : r[3] # tasks'[t].epoch]_hvars
===============================================================================
