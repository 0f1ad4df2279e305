# Completion of logq's command line for bash. Printed by logq-completion from logq.bash.in and the
# table of options; a test fails when they differ.

# What an option takes (none, required, optional: in the same word; next: perhaps the next word),
# whether it chooses the journal that is read, and what offers its values.
_logq_option() {
  case $1 in
    --system) takes=none source=yes offer='nothing' ;;
    --user) takes=none source=yes offer='nothing' ;;
    -M | --machine) takes=required source=yes offer='nothing' ;;
    -m | --merge) takes=none source=yes offer='nothing' ;;
    -D | --directory) takes=required source=yes offer='directories' ;;
    -i | --file) takes=required source=yes offer='files' ;;
    --root) takes=required source=yes offer='directories' ;;
    --namespace) takes=required source=yes offer='namespaces' ;;
    --runtime-dir) takes=required source=yes offer='directories' ;;
    -S | --since) takes=required source='' offer='words now today yesterday tomorrow' ;;
    -U | --until) takes=required source='' offer='words now today yesterday tomorrow' ;;
    -c | --cursor) takes=required source='' offer='nothing' ;;
    --after-cursor) takes=required source='' offer='nothing' ;;
    --cursor-file) takes=required source='' offer='files' ;;
    -b | --boot) takes=next source='' offer='boots' ;;
    -u | --unit) takes=required source='' offer='units' ;;
    --user-unit) takes=required source='' offer='values _SYSTEMD_USER_UNIT' ;;
    -I | --invocation) takes=optional source='' offer='invocations' ;;
    -t | --identifier) takes=required source='' offer='values SYSLOG_IDENTIFIER' ;;
    -T | --exclude-identifier) takes=required source='' offer='values SYSLOG_IDENTIFIER' ;;
    -p | --priority) takes=required source='' offer='range emerg alert crit err warning notice info debug' ;;
    --facility) takes=required source='' offer='list kern user mail daemon auth syslog lpr news uucp cron authpriv ftp 12 13 14 15 local0 local1 local2 local3 local4 local5 local6 local7' ;;
    -g | --grep) takes=required source='' offer='nothing' ;;
    --case-sensitive) takes=optional source='' offer='words yes no' ;;
    --grep-field) takes=required source='' offer='name_list' ;;
    --invert) takes=none source='' offer='nothing' ;;
    -A | --after-context) takes=required source='' offer='nothing' ;;
    -B | --before-context) takes=required source='' offer='nothing' ;;
    -C | --context) takes=required source='' offer='nothing' ;;
    --where) takes=required source='' offer='nothing' ;;
    --explain) takes=none source='' offer='nothing' ;;
    -k | --dmesg) takes=none source='' offer='nothing' ;;
    --count) takes=none source='' offer='nothing' ;;
    --count-by) takes=required source='' offer='name_list' ;;
    --histogram) takes=optional source='' offer='nothing' ;;
    --stats) takes=required source='' offer='name_list' ;;
    -o | --output) takes=required source='' offer='words short short-full short-iso short-iso-precise short-precise short-monotonic short-delta short-unix verbose export json json-pretty json-sse json-seq cat with-unit help' ;;
    --output-fields) takes=required source='' offer='name_list' ;;
    -n | --lines) takes=next source='' offer='nothing' ;;
    -r | --reverse) takes=none source='' offer='nothing' ;;
    --show-cursor) takes=none source='' offer='nothing' ;;
    --utc) takes=none source='' offer='nothing' ;;
    -x | --catalog) takes=none source='' offer='nothing' ;;
    -W | --no-hostname) takes=none source='' offer='nothing' ;;
    -l | --full) takes=none source='' offer='nothing' ;;
    --no-full) takes=none source='' offer='nothing' ;;
    -a | --all) takes=none source='' offer='nothing' ;;
    -f | --follow) takes=none source='' offer='nothing' ;;
    --no-tail) takes=none source='' offer='nothing' ;;
    --truncate-newline) takes=none source='' offer='nothing' ;;
    -q | --quiet) takes=none source='' offer='nothing' ;;
    --synchronize-on-exit) takes=required source='' offer='words yes no' ;;
    --no-pager) takes=none source='' offer='nothing' ;;
    -e | --pager-end) takes=none source='' offer='nothing' ;;
    -h) takes=none source='' offer='words all' ;;
    --help) takes=optional source='' offer='words all' ;;
    --version) takes=none source='' offer='nothing' ;;
    -N | --fields) takes=none source='' offer='nothing' ;;
    -F | --field) takes=required source='' offer='names' ;;
    --list-boots) takes=none source='' offer='nothing' ;;
    --list-invocations) takes=none source='' offer='nothing' ;;
    --list-namespaces) takes=none source='' offer='nothing' ;;
    --disk-usage) takes=none source='' offer='nothing' ;;
    --vacuum-size) takes=required source='' offer='nothing' ;;
    --vacuum-files) takes=required source='' offer='nothing' ;;
    --vacuum-time) takes=required source='' offer='nothing' ;;
    --verify) takes=none source='' offer='nothing' ;;
    --sync) takes=none source='' offer='nothing' ;;
    --relinquish-var) takes=none source='' offer='nothing' ;;
    --smart-relinquish-var) takes=none source='' offer='nothing' ;;
    --flush) takes=none source='' offer='nothing' ;;
    --rotate) takes=none source='' offer='nothing' ;;
    --collector-status) takes=none source='' offer='nothing' ;;
    --header) takes=none source='' offer='nothing' ;;
    --list-catalog) takes=none source='' offer='nothing' ;;
    --dump-catalog) takes=none source='' offer='nothing' ;;
    --update-catalog) takes=none source='' offer='nothing' ;;
    *) takes=none source='' offer=nothing ; return 1 ;;
  esac
}

# logq, of the journal that the words before the cursor choose. It answers within a second or so.
_logq_ask() {
  command logq "${source_words[@]}" "$@" 2>/dev/null </dev/null
}

# Adds a value to COMPREPLY, if what is typed can become it, quoted as readline will insert it: in
# the place of what follows the last `=`, `:` or open quote, or begins with the last `@`.
_logq_offer() {
  local value=$1 word=$before$1 rest
  [[ $value == "$typed"* && $word == "$head"* ]] || return 0
  rest=${word:${#head}}
  case $quote in
    "'") rest=${rest//\'/"'\\''"} ;;
    '"')
      rest=${rest//\\/\\\\} rest=${rest//\"/\\\"}
      rest=${rest//\$/\\\$} rest=${rest//\`/\\\`}
      ;;
    *)
      [[ -n $rest ]] || return 0
      printf -v rest %q "$rest"
      rest=${rest//\\,/,} # which means nothing without braces
      [[ $2 == path && $rest == '\~/'* ]] && rest=${rest#\\}
      ;;
  esac
  COMPREPLY+=("$rest")
}

_logq_lines() {
  local line
  while IFS= read -r line; do
    _logq_offer "$line"
  done
}

_logq_nothing() { :; }

_logq_words() {
  local word
  for word; do _logq_offer "$word"; done
}

# A comma-separated list, of which the last item is being typed.
_logq_list() {
  local word done_items=
  [[ $typed == *,* ]] && done_items=${typed%,*},
  for word; do _logq_offer "$done_items$word"; done
}

# LEVEL or LEVEL..LEVEL
_logq_range() {
  local word first=
  [[ $typed == *..* ]] && first=${typed%%..*}..
  for word; do _logq_offer "$first$word"; done
}

_logq_values() {
  _logq_lines < <(_logq_ask --complete-match="$1=$typed")
}

_logq_units() {
  local field=_SYSTEMD_UNIT word
  for word in "${source_words[@]}"; do
    [[ $word == --user ]] && field=_SYSTEMD_USER_UNIT
  done
  _logq_values "$field"
}

_logq_names() {
  _logq_lines < <(_logq_ask --complete-match="${typed%%=*}")
}

_logq_name_list() {
  local names
  mapfile -t names < <(_logq_ask --complete-match=)
  _logq_list "${names[@]}"
}

# FIELD=VALUE, or the path of a program.
_logq_matches() {
  local name
  case $typed in
    /* | .*) _logq_files ;;
    *=*)
      name=${typed%%=*}
      local before=$before$name= typed=${typed#*=}
      _logq_values "$name"
      ;;
    *)
      while IFS= read -r name; do
        _logq_offer "$name="
      done < <(_logq_ask --complete-match="$typed")
      ;;
  esac
}

_logq_boots() {
  local index id
  _logq_words all
  while read -r index id _; do
    _logq_offer "$index"
    [[ -n $typed ]] && _logq_offer "$id"
  done < <(_logq_ask -q -n 100 --list-boots)
}

_logq_invocations() {
  local index id
  while read -r index id _; do
    _logq_offer "$index"
    [[ -n $typed ]] && _logq_offer "$id"
  done < <(_logq_ask "${unit_words[@]}" -q -n 100 --list-invocations)
}

_logq_namespaces() {
  _logq_offer '*'
  _logq_lines < <(command logq -q --list-namespaces 2>/dev/null </dev/null)
}

_logq_paths() {
  local path start=$typed
  [[ $start == \~/* ]] && start=$HOME/${start#\~/}
  while IFS= read -r path; do
    [[ -d $path ]] && path=${path%/}/
    [[ $typed == \~/* ]] && path=\~${path#"$HOME"}
    _logq_offer "$path" path
  done < <(compgen "$1" -- "$start")
}

_logq_directories() { _logq_paths -d; }
_logq_files() { _logq_paths -f; }

_logq_option_words() {
  local option_words=(
    --system
    --user
    -M --machine=
    -m --merge
    -D --directory=
    -i --file=
    --root=
    --namespace=
    --runtime-dir=
    -S --since=
    -U --until=
    -c --cursor=
    --after-cursor=
    --cursor-file=
    -b --boot
    -u --unit=
    --user-unit=
    -I --invocation
    -t --identifier=
    -T --exclude-identifier=
    -p --priority=
    --facility=
    -g --grep=
    --case-sensitive
    --grep-field=
    --invert
    -A --after-context=
    -B --before-context=
    -C --context=
    --where=
    --explain
    -k --dmesg
    --count
    --count-by=
    --histogram
    --stats=
    -o --output=
    --output-fields=
    -n --lines
    -r --reverse
    --show-cursor
    --utc
    -x --catalog
    -W --no-hostname
    -l --full
    --no-full
    -a --all
    -f --follow
    --no-tail
    --truncate-newline
    -q --quiet
    --synchronize-on-exit=
    --no-pager
    -e --pager-end
    -h --help
    --version
    -N --fields
    -F --field=
    --list-boots
    --list-invocations
    --list-namespaces
    --disk-usage
    --vacuum-size=
    --vacuum-files=
    --vacuum-time=
    --verify
    --sync
    --relinquish-var
    --smart-relinquish-var
    --flush
    --rotate
    --collector-status
    --header
    --list-catalog
    --dump-catalog
    --update-catalog
  )
  _logq_words "${option_words[@]}"
}

# Takes the line up to the cursor apart: `words` without their quotes, the last of which is being
# typed; of that `head`, which readline leaves as it is, and the quote that is open.
_logq_read_line() {
  local line=${COMP_LINE:0:COMP_POINT} char i begun='' escaped=''
  words=() head='' quote=''
  local word=''
  for ((i = 0; i < ${#line}; i++)); do
    char=${line:i:1}
    if [[ -n $escaped ]]; then
      word+=$char escaped=
    elif [[ $quote == "'" ]]; then
      if [[ $char == "'" ]]; then quote=; else word+=$char; fi
    elif [[ $quote == '"' ]]; then
      case $char in
        '"') quote= ;;
        \\) if [[ ${line:i+1:1} == [\\\"\$\`] ]]; then escaped=yes; else word+=$char; fi ;;
        *) word+=$char ;;
      esac
    else
      case $char in
        [[:space:]])
          [[ -n $begun ]] && words+=("$word")
          word='' begun='' head=''
          continue
          ;;
        \\) escaped=yes ;;
        \' | \") quote=$char head=$word ;;
        [=:])
          word+=$char
          [[ $COMP_WORDBREAKS == *"$char"* ]] && head=$word
          ;;
        @) # readline takes it with what follows
          [[ $COMP_WORDBREAKS == *@* ]] && head=$word
          word+=$char
          ;;
        *) word+=$char ;;
      esac
    fi
    begun=yes
  done
  words+=("$word")
}

# Goes through the words: those that choose the journal go to `source_words`, units to `unit_words`.
# In the end `option` is the one whose value is being typed, `before` what stands before the value in
# the same word, `typed` its beginning; `may_be_value` the offer of an option that may have the word.
_logq_walk() {
  local word name takes source offer i last=$((${#words[@]} - 1)) pending='' pending_source=''
  may_be_value='' value_offer='' before='' typed=${words[last]}
  for ((i = 1; i <= last; i++)); do
    word=${words[i]}
    ((i < last)) && may_be_value=
    if [[ -n $pending ]]; then
      if ((i == last)); then value_offer=$offer; return; fi
      [[ $word == \~/* ]] && word=$HOME/${word#\~/}
      if [[ -n $pending_source ]]; then source_words+=("$pending" "$word"); fi
      [[ $pending == -u || $pending == --unit || $pending == --user-unit ]] &&
        unit_words=("$pending" "$word")
      pending=
      continue
    fi
    case $word in
      --)
        ((i == last)) && return
        only_matches=yes
        return
        ;;
      --*=*)
        name=${word%%=*}
        _logq_option "$name" || { ((i == last)) && value_offer=nothing; continue; }
        if ((i == last)); then value_offer=$offer before=$name= typed=${word#*=}; return; fi
        [[ -n $source ]] && source_words+=("$word")
        [[ $name == --unit || $name == --user-unit ]] && unit_words=("$word")
        ;;
      --*)
        ((i == last)) && return
        _logq_option "$word" || continue
        [[ $takes == required ]] && pending=$word pending_source=$source
        [[ $takes == none && -n $source ]] && source_words+=("$word")
        [[ $takes == next ]] && may_be_value=$offer
        ;;
      -?*) _logq_walk_letters && return ;;
    esac
  done
}

# The options of one word such as -fu. True when the word that is being typed ends in the value of one.
_logq_walk_letters() {
  local j
  for ((j = 1; j < ${#word}; j++)); do
    name=-${word:j:1}
    _logq_option "$name" || return 1
    if [[ $takes == none ]]; then
      [[ -n $source ]] && source_words+=("$name")
      continue
    fi
    if ((j + 1 < ${#word})); then
      if ((i == last)); then
        value_offer=$offer before=${word:0:j+1} typed=${word:j+1}
        return 0
      fi
      [[ -n $source ]] && source_words+=("$name${word:j+1}")
      [[ $name == -u ]] && unit_words=("$name" "${word:j+1}")
    elif ((i < last)); then
      [[ $takes == required ]] && pending=$name pending_source=$source
      [[ $takes == next ]] && may_be_value=$offer
    fi
    return 1
  done
  return 1
}

_logq() {
  local words head quote source_words=() unit_words=()
  local may_be_value value_offer before typed only_matches=''
  COMPREPLY=()
  _logq_read_line
  _logq_walk
  if [[ -n $value_offer ]]; then
    # shellcheck disable=SC2086 # a function and its arguments
    _logq_$value_offer
  else
    # shellcheck disable=SC2086
    [[ -n $may_be_value ]] && _logq_$may_be_value
    if [[ $typed == -* && -z $only_matches ]]; then _logq_option_words; else _logq_matches; fi
  fi
  # A name is followed by its value, a directory by what is in it.
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -F _logq logq
