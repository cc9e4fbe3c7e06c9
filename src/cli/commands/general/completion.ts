import { Command, Option } from "clipanion";
import * as t from "typanion";
import { BaseCommand } from "../../base/base-command.ts";
import { COMPLETION_SCRIPTS } from "../../completion/scripts.ts";
import { SHELLS } from "../../completion/shells.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export class CompletionCommand extends BaseCommand {
  static override paths = [["completion"]];
  static override usage = Command.Usage({
    category: "General",
    description: "print the script by which a shell (bash, zsh, fish) completes commands and names",
    examples: [
      ["For bash, in ~/.bashrc", 'eval "$($0 completion bash)"'],
      ["For zsh, in ~/.zshrc after compinit", 'eval "$($0 completion zsh)"'],
      ["For fish", "$0 completion fish > ~/.config/fish/completions/pprotect.fish"],
    ],
  });

  shell = Option.String({ name: "shell", required: true, validator: t.isEnum(SHELLS) });

  async run(): Promise<Outcome> {
    const script = COMPLETION_SCRIPTS[this.shell];
    this.print(script);
    return { result: { shell: this.shell, script } };
  }
}
