# Completion of logq's command line for fish. Printed by logq-completion from logq.fish.in and the
# table of options; a test fails when they differ.

# What an option takes, and whether it chooses the journal that is read.
function __logq_option
    switch $argv[1]
        case --system
            echo none source
        case --user
            echo none source
        case -M --machine
            echo required source
        case -m --merge
            echo none source
        case -D --directory
            echo required source
        case -i --file
            echo required source
        case --root
            echo required source
        case --namespace
            echo required source
        case --runtime-dir
            echo required source
        case -S --since
            echo required other
        case -U --until
            echo required other
        case -c --cursor
            echo required other
        case --after-cursor
            echo required other
        case --cursor-file
            echo required other
        case -b --boot
            echo next other
        case -u --unit
            echo required other
        case --user-unit
            echo required other
        case -I --invocation
            echo optional other
        case -t --identifier
            echo required other
        case -T --exclude-identifier
            echo required other
        case -p --priority
            echo required other
        case --facility
            echo required other
        case -g --grep
            echo required other
        case --case-sensitive
            echo optional other
        case --grep-field
            echo required other
        case -A --after-context
            echo required other
        case -B --before-context
            echo required other
        case -C --context
            echo required other
        case --where
            echo required other
        case --count-by
            echo required other
        case --histogram
            echo optional other
        case --stats
            echo required other
        case -o --output
            echo required other
        case --output-fields
            echo required other
        case -n --lines
            echo next other
        case --synchronize-on-exit
            echo required other
        case -h --help
            echo optional other
        case -F --field
            echo required other
        case --vacuum-size
            echo required other
        case --vacuum-files
            echo required other
        case --vacuum-time
            echo required other
        case '*'
            return 1
    end
end

# The words before the cursor that choose the journal; with "unit" those that choose the unit.
function __logq_chosen
    set -l pending
    for word in (commandline -opc)[2..-1]
        set word (string replace -r '^~/' $HOME/ -- $word)
        if set -q pending[1]
            __logq_print_chosen "$argv" $pending $word
            set -e pending
            continue
        end
        switch $word
            case --
                return
            case '--*=*'
                __logq_print_chosen "$argv" (string split -m 1 = -- $word)
            case '--*'
                set -l kind (__logq_option $word)
                switch "$kind"
                    case 'required *'
                        set pending $word
                    case 'none source'
                        test "$argv" = unit; or echo $word
                end
            case '-?*'
                for letter in (string split '' -- (string sub -s 2 -- $word))
                    set -l kind (__logq_option -$letter)
                    switch "$kind"
                        case 'required *'
                            set -l value (string replace -r -- "^-[^$letter]*$letter" '' $word)
                            if test -n "$value"
                                __logq_print_chosen "$argv" -$letter $value
                            else
                                set pending -$letter
                            end
                            break
                        case 'next *' 'optional *'
                            break
                        case 'none source'
                            test "$argv" = unit; or echo -- -$letter
                    end
                end
        end
    end
end

# An option with its value in the next word, if it is one of those asked for.
function __logq_print_chosen
    set -l kind (__logq_option $argv[2])
    if test "$argv[1]" = unit
        contains -- $argv[2] -u --unit --user-unit; or return
    else
        string match -q -- '* source' "$kind"; or return
    end
    printf '%s\n' $argv[2] $argv[3]
end

# logq, of the journal that the words before the cursor choose. It answers within a second or so.
function __logq_ask
    set -l chosen (__logq_chosen)
    command logq $chosen $argv 2>/dev/null </dev/null
end

# The word that is being typed, without its quotes; the value in it, without its option.
function __logq_word
    set -l word (commandline -ct)
    string unescape -- "$word"
end

function __logq_typed
    set -l word (__logq_word)
    string replace -r -- '^(--[a-z-]+=|-[a-zA-Z])' '' "$word"
end

# The matches that begin with a word; with what is typed too, when all are too many.
function __logq_ask_match
    set -l found (__logq_ask --complete-match=$argv[1])
    if test (count $found) -ge 1000
        set found (__logq_ask --complete-match=$argv[1]$argv[2])
    end
    set -q found[1]; and printf '%s\n' $found
end

function __logq_directories
    set -l typed (__logq_typed)
    __fish_complete_directories "$typed" ''
end

function __logq_words
    printf '%s\n' $argv
end

# A comma-separated list, of which the last item is being typed.
function __logq_list
    set -l typed (__logq_typed)
    set -l before (string match -r -- '^.*,' "$typed")
    printf '%s\n' "$before"$argv
end

# LEVEL or LEVEL..LEVEL
function __logq_range
    set -l typed (__logq_typed)
    set -l before (string match -r -- '^.*\.\.' "$typed")
    printf '%s\n' "$before"$argv
end

function __logq_values
    set -l typed (__logq_typed)
    __logq_ask_match $argv[1]= "$typed"
end

function __logq_units
    if contains -- --user (__logq_chosen)
        __logq_values _SYSTEMD_USER_UNIT
    else
        __logq_values _SYSTEMD_UNIT
    end
end

function __logq_names
    set -l typed (__logq_typed)
    __logq_ask_match '' "$typed"
end

function __logq_name_list
    __logq_list (__logq_ask --complete-match=)
end

# FIELD=VALUE, or the path of a program.
function __logq_matches
    set -l typed (__logq_word)
    switch "$typed"
        case '/*' '.*'
            __fish_complete_path "$typed"
        case '-*'
            return
        case '*=*'
            set -l parts (string split -m 1 = -- $typed)
            set -l values (__logq_ask_match $parts[1]= "$parts[2]")
            set -q values[1]; and printf '%s\n' $parts[1]=$values
        case '*'
            set -l names (__logq_ask_match '' "$typed")
            test -n "$names"; and printf '%s=\n' $names
    end
end

# The rows of a list such as --list-boots: numbers, or when the word is no number identifiers.
function __logq_runs
    set -l typed (__logq_typed)
    set -l column 3
    string match -qr -- '^([-+0]|$)' "$typed"; and set column 2
    for row in (__logq_ask -q -n 100 $argv)
        set -l parts (string match -r -- '^\s*(\S+)\s+(\S+)\s+(.*)$' $row)
        printf '%s\t%s\n' $parts[$column] $parts[4]
    end
end

function __logq_boots
    echo all
    __logq_runs --list-boots
end

function __logq_invocations
    __logq_runs (__logq_chosen unit) --list-invocations
end

function __logq_namespaces
    echo '*'
    command logq -q --list-namespaces 2>/dev/null </dev/null
end

# Whether the word before the cursor is one of these.
function __logq_is_behind
    contains -- (commandline -opc)[-1] $argv
end

complete -c logq -f
complete -c logq -l system -d 'Read the system journal only'
complete -c logq -l user -d 'Read the current user\'s journal only'
complete -c logq -s M -l machine -r -f -d 'Read the journal of a local container'
complete -c logq -s m -l merge -d 'Read the journals of all machines'
complete -c logq -s D -l directory -r -f -a '(__logq_directories)' -d 'Read the journal files of a directory'
complete -c logq -s i -l file -r -F -d 'Read these journal files'
complete -c logq -l root -r -f -a '(__logq_directories)' -d 'Read the journals below another root directory'
complete -c logq -l namespace -r -f -a '(__logq_namespaces)' -d 'Read a journal namespace (*: all, +NAME: too)'
complete -c logq -l runtime-dir -r -f -a '(__logq_directories)' -d 'The collector that commands to one address'
complete -c logq -s S -l since -r -f -a '(__logq_words now today yesterday tomorrow)' -d 'Entries not older than this'
complete -c logq -s U -l until -r -f -a '(__logq_words now today yesterday tomorrow)' -d 'Entries not newer than this'
complete -c logq -s c -l cursor -r -f -d 'Begin at this cursor'
complete -c logq -l after-cursor -r -f -d 'Begin behind this cursor'
complete -c logq -l cursor-file -r -F -d 'Begin behind the cursor in FILE, and keep the last one there'
complete -c logq -s b -l boot -a '(__logq_boots)' -d 'Entries of this boot, or of the one named or counted'
complete -c logq -n '__logq_is_behind -b --boot' -a '(__logq_boots)'
complete -c logq -s u -l unit -r -f -a '(__logq_units)' -d 'Entries of this unit; may be a glob'
complete -c logq -l user-unit -r -f -a '(__logq_values _SYSTEMD_USER_UNIT)' -d 'Entries of this unit of the user'
complete -c logq -s I -l invocation -a '(__logq_invocations)' -d 'Entries of the unit\'s last run, or of the one named or counted'
complete -c logq -s t -l identifier -r -f -a '(__logq_values SYSLOG_IDENTIFIER)' -d 'Entries with this syslog identifier'
complete -c logq -s T -l exclude-identifier -r -f -a '(__logq_values SYSLOG_IDENTIFIER)' -d 'Leave out entries with this syslog identifier'
complete -c logq -s p -l priority -r -f -a '(__logq_range emerg alert crit err warning notice info debug)' -d 'Entries of this level or worse, or of LEVEL..LEVEL'
complete -c logq -l facility -r -f -a '(__logq_list kern user mail daemon auth syslog lpr news uucp cron authpriv ftp 12 13 14 15 local0 local1 local2 local3 local4 local5 local6 local7)' -d 'Entries of these facilities; "help" lists them'
complete -c logq -s g -l grep -r -f -d 'Entries whose message matches this pattern'
complete -c logq -l case-sensitive -a '(__logq_words yes no)' -d 'Whether case counts in -g (as the pattern is written)'
complete -c logq -l grep-field -r -f -a '(__logq_name_list)' -d 'Fields that -g searches instead of the message; "*": all'
complete -c logq -l invert -d 'Entries in which -g finds nothing'
complete -c logq -s A -l after-context -r -f -d 'Show N entries that were logged after each that -g finds'
complete -c logq -s B -l before-context -r -f -d 'Show N entries that were logged before each that -g finds'
complete -c logq -s C -l context -r -f -d 'The same as -A N -B N'
complete -c logq -l where -r -f -d 'Entries this holds for: A=x and not (B<5), =~, in, has'
complete -c logq -l explain -d 'Show how --where is answered instead of entries'
complete -c logq -s k -l dmesg -d 'Messages of the kernel from this boot'
complete -c logq -l count -d 'Print how many entries there are'
complete -c logq -l count-by -r -f -a '(__logq_name_list)' -d 'Count entries by values of fields; -n N: the top N'
complete -c logq -l histogram -d 'Draw how many entries there are over time'
complete -c logq -l stats -r -f -a '(__logq_name_list)' -d 'Smallest, largest, sum and percentiles of the numbers in a field'
complete -c logq -s o -l output -r -f -a '(__logq_words short short-full short-iso short-iso-precise short-precise short-monotonic short-delta short-unix verbose export json json-pretty json-sse json-seq cat with-unit help)' -d 'Output format; "help" lists them'
complete -c logq -l output-fields -r -f -a '(__logq_name_list)' -d 'Only these fields in verbose, export, json and cat'
complete -c logq -s n -l lines -d 'Show the last N entries (10), or the first with +N'
complete -c logq -s r -l reverse -d 'Show the newest entries first'
complete -c logq -l show-cursor -d 'Print the cursor after all the entries'
complete -c logq -l utc -d 'Print times in UTC'
complete -c logq -s x -l catalog -d 'Explain messages that the catalog knows'
complete -c logq -s W -l no-hostname -d 'Leave out the host name'
complete -c logq -s l -l full -d 'Show long messages in full (default)'
complete -c logq -l no-full -d 'Cut long messages to the width of the terminal'
complete -c logq -s a -l all -d 'Show all fields, long and unprintable ones too'
complete -c logq -s f -l follow -d 'Show new entries as they come'
complete -c logq -l no-tail -d 'Show all entries, even when following'
complete -c logq -l truncate-newline -d 'Show the first line of a message only'
complete -c logq -s q -l quiet -d 'Print entries only, no remarks'
complete -c logq -l synchronize-on-exit -r -f -a '(__logq_words yes no)' -d 'With -f, show what is under way before ending'
complete -c logq -l no-pager -d 'Do not pipe output into a pager'
complete -c logq -s e -l pager-end -d 'Jump to the end in the pager'
complete -c logq -s h -l help -a '(__logq_words all)' -d 'Show the daily options, or all of them'
complete -c logq -l version -d 'Show the version'
complete -c logq -s N -l fields -d 'List the names of all fields'
complete -c logq -s F -l field -r -f -a '(__logq_names)' -d 'List all values of a field'
complete -c logq -l list-boots -d 'List the boots there are entries of'
complete -c logq -l list-invocations -d 'List the invocations of a unit (-u)'
complete -c logq -l list-namespaces -d 'List the journal namespaces'
complete -c logq -l disk-usage -d 'Show what the journal files take up'
complete -c logq -l vacuum-size -r -f -d 'Delete archived files until this size is left'
complete -c logq -l vacuum-files -r -f -d 'Delete archived files until N are left'
complete -c logq -l vacuum-time -r -f -d 'Delete archived files older than this'
complete -c logq -l verify -d 'Check journal files from end to end'
complete -c logq -l sync -d 'Make the collector write everything to disk'
complete -c logq -l relinquish-var -d 'Make the collector go on in volatile files and leave /var alone'
complete -c logq -l smart-relinquish-var -d 'The same, unless /var/log/journal is on the root file system'
complete -c logq -l flush -d 'Make the collector move its volatile files to disk'
complete -c logq -l rotate -d 'Make the collector begin a new journal file'
complete -c logq -l collector-status -d 'Show how the collector does (-o json for programs)'
complete -c logq -l header -d 'Show the headers of the journal files'
complete -c logq -l list-catalog -d 'List what the message catalog explains (ids may follow)'
complete -c logq -l dump-catalog -d 'Show the texts of the message catalog (ids may follow)'
complete -c logq -l update-catalog -d 'Compile the message catalog\'s database anew'
complete -c logq -a '(__logq_matches)'
