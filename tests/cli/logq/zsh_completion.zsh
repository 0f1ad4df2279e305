# zsh -f zsh_completion.zsh DIRECTORY LINE: prints what zsh offers, with the completion function
# _logq of the directory, for a line that is typed and ended by Tab; one match a line, each as it is
# inserted. What compinit finds out is kept in $ZDOTDIR for the next line.
zmodload zsh/zpty
zpty shell 'PS1= zsh -f -i'
{
  # compadd is asked for the matches before it takes them. What only fills arrays adds nothing.
  zpty -w shell "stty -echo; unsetopt zle_bracketed_paste; unset zle_bracketed_paste
fpath=(${(q)1} \$fpath); autoload -Uz compinit; LISTMAX=0
[[ -e \$ZDOTDIR/.zcompdump ]] && compinit -C || compinit -u
compadd () {
  [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]] || {
    local -a __hits; local __hit
    builtin compadd -A __hits \"\$@\"
    for __hit in \$__hits; do print -r -- \"offered<\$IPREFIX\$__hit>\"; done
  }
  builtin compadd \"\$@\"
}
capture () { _main_complete; print -r -- comp''leted }
zle -C capture complete-word capture; bindkey '^I' capture; print -r -- rea''dy"
  zpty -r -m shell output '*ready*'
  zpty -w -n shell "$2"$'\t'
  zpty -r -m shell output '*completed*'
} always {
  zpty -d shell
}
print -r -- "${output//$'\r'/}" | LC_ALL=C sed -n 's/^.*offered<\(.*\)>$/\1/p'
