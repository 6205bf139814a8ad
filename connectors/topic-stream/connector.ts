import { ConfigDef, TopicStreamConnector, TopicStreamTask } from "#connect-api";
import type { Props } from "#connect-api";

const configDef = new ConfigDef({});

/** Takes records from topics to topics; what happens on the way is its transformations'. */
export class TransformingTopicStreamConnector extends TopicStreamConnector {
  readonly version = "1.0.0";
  #props: Props = {};

  config() {
    return configDef;
  }
  start(props: Props): void {
    this.#props = props;
  }
  taskClass() {
    return TransformingTopicStreamTask;
  }
  taskConfigs(maxTasks: number): readonly Props[] {
    return Array.from({ length: maxTasks }, () => this.#props);
  }
  stop(): void {}
}

/** Has nothing to do itself: the worker reads, transforms and writes. */
export class TransformingTopicStreamTask extends TopicStreamTask {
  readonly version = "1.0.0";

  start(): void {}
  stop(): void {}
}
