import { requiredArgument } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { choice } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { COMPLETION_SCRIPTS, SHELLS } from "../../completion/scripts.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class CompletionCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "general",
    summary: "print the completion script of a shell",
    examples: [
      ["For bash, in ~/.bashrc", 'eval "$($0 completion bash)"'],
      ["For zsh, in ~/.zshrc after compinit", 'eval "$($0 completion zsh)"'],
      ["For fish, in ~/.config/fish/config.fish", "$0 completion fish | source"],
    ],
  };

  shell = requiredArgument("shell", choice("SHELL", SHELLS), "bash, zsh or fish");

  async run(): Promise<Outcome> {
    const script = COMPLETION_SCRIPTS[this.shell];
    this.print(script);
    return { result: { shell: this.shell, script } };
  }
}
