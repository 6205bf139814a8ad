import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.connect.connector.ConnectRecord;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.runtime.ConnectMetrics;
import org.apache.kafka.connect.runtime.ConnectorConfig;
import org.apache.kafka.connect.runtime.SinkConnectorConfig;
import org.apache.kafka.connect.runtime.SourceConnectorConfig;
import org.apache.kafka.connect.runtime.TransformationChain;
import org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter;
import org.apache.kafka.connect.runtime.errors.ErrorHandlingMetrics;
import org.apache.kafka.connect.runtime.errors.ErrorReporter;
import org.apache.kafka.connect.runtime.errors.ProcessingContext;
import org.apache.kafka.connect.runtime.errors.RetryWithToleranceOperator;
import org.apache.kafka.connect.runtime.errors.Stage;
import org.apache.kafka.connect.runtime.isolation.Plugins;
import org.apache.kafka.connect.runtime.standalone.StandaloneConfig;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.Converter;
import org.apache.kafka.connect.storage.HeaderConverter;
import org.apache.kafka.connect.util.ConnectorTaskId;

/**
 * Takes records through Apache Kafka Connect's own classes: converters, chain of transformations with
 * predicates, error handling and dead letter queue, in the order in which its worker calls them.
 *
 * Usage: java -cp 'jars/*' RecordHarness.java cases.json results.json (both one JSON document per line).
 */
public class RecordHarness {
    static final ObjectMapper JSON = new ObjectMapper();
    static final ConnectorTaskId ID = new ConnectorTaskId("compat", 0);
    static Plugins plugins;
    static ConnectMetrics metrics;
    static String failedStage;
    static String failedClass;

    public static void main(String[] args) throws Exception {
        Map<String, String> worker = new HashMap<>();
        worker.put("bootstrap.servers", "127.0.0.1:1");
        worker.put("key.converter", "org.apache.kafka.connect.json.JsonConverter");
        worker.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
        worker.put("offset.storage.file.filename", args[1] + ".offsets");
        worker.put("plugin.discovery", "service_load");
        plugins = new Plugins(worker);
        plugins.compareAndSwapWithDelegatingLoader();
        metrics = new ConnectMetrics("compat", new StandaloneConfig(worker), Time.SYSTEM, "compat");
        try (BufferedWriter out = Files.newBufferedWriter(Path.of(args[1]))) {
            for (String line : Files.readAllLines(Path.of(args[0]))) {
                out.write(JSON.writeValueAsString(run(JSON.readTree(line))));
                out.newLine();
            }
        }
        System.exit(0);
    }

    static Map<String, String> props(JsonNode node) {
        Map<String, String> props = new HashMap<>();
        node.fields().forEachRemaining(entry -> props.put(entry.getKey(), entry.getValue().asText()));
        return props;
    }

    static ObjectNode run(JsonNode test) throws Exception {
        ObjectNode result = JSON.createObjectNode();
        result.put("name", test.get("name").asText());
        ArrayNode outcomes = JSON.createArrayNode();
        ArrayNode deadLetters = JSON.createArrayNode();
        boolean isSink = test.get("kind").asText().equals("sink");
        Map<String, String> props = props(test.get("config"));
        Map<String, String> outputProps = new HashMap<>(props);
        outputProps.keySet().removeIf(key -> key.matches("(key|value|header)\\.converter.*"));
        outputProps.putAll(props(test.get("output")));
        ConnectorConfig config;
        ConnectorConfig output;
        ErrorHandlingMetrics errorMetrics = new ErrorHandlingMetrics(ID, metrics);
        RetryWithToleranceOperator operator;
        TransformationChain chain;
        try {
            config = config(isSink, props);
            output = config(isSink, outputProps);
            operator = new RetryWithToleranceOperator(config.errorRetryTimeout(), config.errorMaxDelayInMillis(),
                config.errorToleranceType(), Time.SYSTEM, errorMetrics);
            chain = new TransformationChain(config.transformationStages(plugins, ID, metrics), operator);
        } catch (Exception e) {
            Throwable root = e;
            while (root.getCause() != null && (root.getMessage() == null
                || root.getMessage().contains(root.getCause().getClass().getName()))) root = root.getCause();
            result.put("configError", root.getMessage());
            return result;
        }
        // The context goes on to later stages after a failure, so the stage is taken when it is reported.
        ErrorReporter<Object> witness = context -> {
            failedStage = context.stage().name();
            failedClass = context.executingClass().getName();
            return CompletableFuture.completedFuture(null);
        };
        operator.reporters(List.of(witness));
        if (isSink && !((SinkConnectorConfig) config).dlqTopicName().isEmpty()) {
            Constructor<DeadLetterQueueReporter> make = DeadLetterQueueReporter.class.getDeclaredConstructor(
                KafkaProducer.class, SinkConnectorConfig.class, ConnectorTaskId.class, ErrorHandlingMetrics.class);
            make.setAccessible(true);
            operator.reporters(List.of(witness, make.newInstance(new Capture(deadLetters), config, ID, errorMetrics)));
        }
        Converters in = new Converters(config);
        Converters out = new Converters(output);
        for (JsonNode record : test.get("records")) {
            ObjectNode outcome = JSON.createObjectNode();
            outcomes.add(outcome);
            ConsumerRecord<byte[], byte[]> raw = raw(record);
            try {
                if (isSink) sink(outcome, raw, in, out, chain, operator);
                else source(outcome, raw, record, in, out, chain, operator);
            } catch (Exception e) {
                outcome.put("outcome", "failed");
                Throwable cause = e.getCause() == null ? e : e.getCause();
                outcome.put("message", e.getMessage());
                outcome.put("errorClass", cause.getClass().getName());
                outcome.put("error", cause.getMessage());
                break;
            }
        }
        result.set("outcomes", outcomes);
        result.set("deadLetters", deadLetters);
        return result;
    }

    static ConnectorConfig config(boolean isSink, Map<String, String> props) {
        return isSink ? new SinkConnectorConfig(plugins, props) : new SourceConnectorConfig(plugins, props, false);
    }

    static ConsumerRecord<byte[], byte[]> raw(JsonNode record) throws IOException {
        RecordHeaders headers = new RecordHeaders();
        for (JsonNode header : record.get("headers")) headers.add(header.get(0).asText(), header.get(1).binaryValue());
        JsonNode timestamp = record.get("timestamp");
        return new ConsumerRecord<>(record.get("topic").asText(), record.get("partition").asInt(),
            record.get("offset").asLong(), timestamp.isNull() ? RecordBatch.NO_TIMESTAMP : timestamp.asLong(),
            timestamp.isNull() ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME, 0, 0,
            record.get("key").binaryValue(), record.get("value").binaryValue(), headers, Optional.empty());
    }

    static void sink(ObjectNode outcome, ConsumerRecord<byte[], byte[]> raw, Converters in, Converters out,
                     TransformationChain chain, RetryWithToleranceOperator operator) {
        ProcessingContext context = new ProcessingContext<>(raw);
        SchemaAndValue key = (SchemaAndValue) operator.execute(context,
            () -> in.key.toConnectData(raw.topic(), raw.headers(), raw.key()), Stage.KEY_CONVERTER, in.key.getClass());
        SchemaAndValue value = (SchemaAndValue) operator.execute(context,
            () -> in.value.toConnectData(raw.topic(), raw.headers(), raw.value()), Stage.VALUE_CONVERTER, in.value.getClass());
        ConnectHeaders headers = (ConnectHeaders) operator.execute(context,
            () -> in.headers(raw), Stage.HEADER_CONVERTER, in.header.getClass());
        if (context.failed()) {
            failure(outcome, context);
            return;
        }
        Long timestamp = raw.timestamp() == RecordBatch.NO_TIMESTAMP ? null : raw.timestamp();
        SinkRecord record = new SinkRecord(raw.topic(), raw.partition(), key.schema(), key.value(), value.schema(),
            value.value(), raw.offset(), timestamp, raw.timestampType(), headers);
        produce(outcome, context, (ConnectRecord) chain.apply(context, record), out, operator);
    }

    static void source(ObjectNode outcome, ConsumerRecord<byte[], byte[]> raw, JsonNode given, Converters in, Converters out,
                       TransformationChain chain, RetryWithToleranceOperator operator) {
        SchemaAndValue key = in.key.toConnectData(raw.topic(), raw.headers(), raw.key());
        SchemaAndValue value = in.value.toConnectData(raw.topic(), raw.headers(), raw.value());
        Long timestamp = raw.timestamp() == RecordBatch.NO_TIMESTAMP ? null : raw.timestamp();
        SourceRecord record = new SourceRecord(Map.of(), Map.of(), raw.topic(),
            given.get("partition").asInt() < 0 ? null : raw.partition(), key.schema(), key.value(), value.schema(),
            value.value(), timestamp, in.headers(raw));
        ProcessingContext context = new ProcessingContext<>(record);
        produce(outcome, context, (ConnectRecord) chain.apply(context, record), out, operator);
    }

    static void produce(ObjectNode outcome, ProcessingContext context, ConnectRecord record, Converters out,
                        RetryWithToleranceOperator operator) {
        if (context.failed()) {
            failure(outcome, context);
            return;
        }
        if (record == null) {
            outcome.put("outcome", "filtered");
            return;
        }
        RecordHeaders headers = (RecordHeaders) operator.execute(context, () -> out.bytes(record),
            Stage.HEADER_CONVERTER, out.header.getClass());
        byte[] key = (byte[]) operator.execute(context,
            () -> out.key.fromConnectData(record.topic(), headers, record.keySchema(), record.key()),
            Stage.KEY_CONVERTER, out.key.getClass());
        byte[] value = (byte[]) operator.execute(context,
            () -> out.value.fromConnectData(record.topic(), headers, record.valueSchema(), record.value()),
            Stage.VALUE_CONVERTER, out.value.getClass());
        if (context.failed()) {
            failure(outcome, context);
            return;
        }
        outcome.put("outcome", "stored");
        outcome.put("topic", record.topic());
        outcome.put("partition", record.kafkaPartition());
        outcome.put("timestamp", record.timestamp());
        outcome.put("key", key);
        outcome.put("value", value);
        outcome.set("headers", headersJson(headers));
    }

    static void failure(ObjectNode outcome, ProcessingContext context) {
        outcome.put("outcome", "skipped");
        outcome.put("stage", failedStage);
        outcome.put("className", failedClass);
        outcome.put("errorClass", context.error().getClass().getName());
        outcome.put("error", context.error().getMessage());
    }

    static ArrayNode headersJson(Iterable<Header> headers) {
        ArrayNode array = JSON.createArrayNode();
        for (Header header : headers) array.addArray().add(header.key()).add(header.value());
        return array;
    }

    /** The three converters of a configuration. */
    static class Converters {
        final Converter key;
        final Converter value;
        final HeaderConverter header;

        Converters(ConnectorConfig config) {
            key = plugins.newConverter(config, "key.converter", Plugins.ClassLoaderUsage.PLUGINS);
            value = plugins.newConverter(config, "value.converter", Plugins.ClassLoaderUsage.PLUGINS);
            header = plugins.newHeaderConverter(config, "header.converter", Plugins.ClassLoaderUsage.PLUGINS);
        }

        ConnectHeaders headers(ConsumerRecord<byte[], byte[]> raw) {
            ConnectHeaders made = new ConnectHeaders();
            for (Header each : raw.headers()) {
                made.add(each.key(), header.toConnectHeader(raw.topic(), each.key(), each.value()));
            }
            return made;
        }

        RecordHeaders bytes(ConnectRecord<?> record) {
            RecordHeaders made = new RecordHeaders();
            for (org.apache.kafka.connect.header.Header each : record.headers()) {
                made.add(each.key(), header.fromConnectHeader(record.topic(), each.key(), each.schema(), each.value()));
            }
            return made;
        }
    }

    /** Keeps what is sent instead of sending it. */
    static class Capture extends KafkaProducer<byte[], byte[]> {
        final ArrayNode sent;

        Capture(ArrayNode sent) {
            super(Map.<String, Object>of("bootstrap.servers", "127.0.0.1:1"), new ByteArraySerializer(), new ByteArraySerializer());
            this.sent = sent;
            super.close(java.time.Duration.ZERO);
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            ObjectNode node = sent.addObject();
            node.put("topic", record.topic());
            node.put("timestamp", record.timestamp());
            node.put("key", record.key());
            node.put("value", record.value());
            node.set("headers", headersJson(record.headers()));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {
        }
    }
}
