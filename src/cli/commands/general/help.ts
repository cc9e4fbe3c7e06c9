import { PprotectError } from "../../../common/errors.ts";
import { restArguments } from "../../argv/argument.ts";
import type { CommandDeclaration } from "../../argv/command-declaration.ts";
import { flag } from "../../argv/option.ts";
import { HELP_TOPIC } from "../../argv/value-type.ts";
import { BaseCommand } from "../../base/base-command.ts";
import { describeTopic } from "../../report/describe-commands.ts";
import { allCommands, helpPage } from "../../report/help/pages.ts";
import { helpWidth } from "../../report/help/width.ts";
import type { Outcome } from "../../report/json-envelope.ts";

export default class HelpCommand extends BaseCommand {
  static readonly declaration: CommandDeclaration = {
    group: "general",
    summary: "explain a command, or list the commands of a group",
    examples: [
      ["A command", "$0 help add-secret"],
      ["A group of commands", "$0 help people"],
      ["Every command", "$0 help --all"],
    ],
  };

  all = flag("--all", "list every command");
  topic = restArguments("topic", HELP_TOPIC, "a command, a group of commands, `options`, or `environment`");

  async run(): Promise<Outcome> {
    if (this.all && this.topic.length > 0) {
      throw new PprotectError("usage", "help: give a topic or --all, not both");
    }
    const list = await this.listCommands();
    const page = this.all ? allCommands(list, helpWidth()) : helpPage(this.topic, list, helpWidth());
    this.print(page);
    return { result: describeTopic(this.topic, list) };
  }
}
