import { parseArgs } from "node:util";
import type { Command } from "../command.ts";
import { LOG_USAGE, logOptions, openLog } from "../log-option.ts";

export const topicsList: Command = {
  name: "topics list",
  summary: "names of all topics, with their partitions and records",
  usage: `topics list ${LOG_USAGE} [--json]`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { ...logOptions, json: { type: "boolean", default: false } },
    });
    const log = await openLog(values);
    try {
      for (const topic of [...(await log.admin.listTopics())].toSorted()) {
        const offsets = await log.admin.offsets(topic);
        const records = offsets.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0);
        const partitions = offsets.length;
        process.stdout.write(
          values.json
            ? `${JSON.stringify({ topic, partitions, offsets: records })}\n`
            : `${topic}\t${partitions}\t${records}\n`,
        );
      }
    } finally {
      await log.close();
    }
  },
};
