import { Argument, type Command } from "commander";
import { examples } from "./output.ts";

/** `guildhall completion bash|zsh`: a completion script for the shell, generated from the commands. */
export function completionCommand(program: Command): void {
  program
    .command("completion")
    .description("print what makes a shell complete commands and options")
    .addArgument(new Argument("<shell>", "which one").choices(["bash", "zsh"]))
    .addHelpText(
      "before",
      examples(
        "guildhall completion bash > ~/.local/share/bash-completion/completions/guildhall",
        "guildhall completion zsh >> ~/.zshrc",
      ),
    )
    .action((shell: string) => {
      process.stdout.write(`${shell === "zsh" ? FOR_ZSH : ""}${scriptOf(program)}`);
    });
}

const FOR_ZSH = "autoload -U +X compinit bashcompinit && compinit && bashcompinit\n";

/** The typed words select a command; each command lists the words that may follow. */
function scriptOf(program: Command): string {
  const places = placesOf(program).map(
    ([path, words]) => `    "${path}") next="${words.join(" ")}" ;;`,
  );
  return `_guildhall() {
  local word place="" next=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) place="\${place:+$place }$word" ;; esac
  done
  case "$place" in
${places.join("\n")}
    *) COMPREPLY=(); return ;;
  esac
  COMPREPLY=($(compgen -W "$next" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _guildhall guildhall
`;
}

function placesOf(command: Command, path = ""): readonly (readonly [string, readonly string[]])[] {
  const names = command.commands.map((sub) => sub.name());
  const options = command.options.flatMap(({ long }) => long ?? []);
  const values = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const own = [path, [...names, ...values, ...options, "--help"]] as const;
  // Arguments follow a command's name, and options are offered after them too.
  const reach = names.length === 0 ? ([`${path}"*"`, own[1]] as const) : own;
  return [
    reach,
    ...command.commands.flatMap((sub) => placesOf(sub, `${path} ${sub.name()}`.trim())),
  ];
}
