import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.transforms.Transformation;

/**
 * The chain of the benchmark on Apache Kafka Connect's own classes, on one thread.
 *
 * Usage: java -cp 'jars/*' Peer.java record.json chain.json records rounds. Prints microseconds of CPU time per record: chain alone,
 * converter and chain and converter.
 */
public class Peer {
    static Object sink;

    public static void main(String[] args) throws Exception {
        byte[] value = Files.readAllBytes(Path.of(args[0]));
        Map<String, String> props = new HashMap<>();
        JsonNode chain = new ObjectMapper().readTree(Files.readAllBytes(Path.of(args[1])));
        chain.fields().forEachRemaining(entry -> props.put(entry.getKey(), entry.getValue().asText()));
        List<Transformation<SourceRecord>> links = new ArrayList<>();
        for (String alias : props.get("transforms").split(",")) {
            String prefix = "transforms." + alias + ".";
            @SuppressWarnings("unchecked")
            Transformation<SourceRecord> link = (Transformation<SourceRecord>)
                Class.forName(props.get(prefix + "type")).getDeclaredConstructor().newInstance();
            Map<String, String> own = new HashMap<>();
            props.forEach((key, text) -> {
                if (key.startsWith(prefix) && !key.equals(prefix + "type")) own.put(key.substring(prefix.length()), text);
            });
            link.configure(own);
            links.add(link);
        }
        JsonConverter converter = new JsonConverter();
        converter.configure(Map.of("schemas.enable", "false"), false);
        SchemaAndValue data = converter.toConnectData("in", value);
        int records = Integer.parseInt(args[2]);
        int rounds = Integer.parseInt(args[3]);
        Runnable alone = () -> sink = apply(links, record(data));
        Runnable whole = () -> {
            SourceRecord made = apply(links, record(converter.toConnectData("in", value)));
            sink = converter.fromConnectData("in", made.keySchema(), made.key());
            sink = converter.fromConnectData("in", made.valueSchema(), made.value());
        };
        Runnable convert = () -> sink = converter.fromConnectData("in", null, converter.toConnectData("in", value).value());
        System.out.printf("{\"chain\":%.3f,\"whole\":%.3f,\"convert\":%.3f}%n",
            median(alone, records, rounds), median(whole, records, rounds), median(convert, records, rounds));
    }

    static SourceRecord record(SchemaAndValue data) {
        return new SourceRecord(Map.of(), Map.of(), "in", 0, null, null, data.schema(), data.value(), 1483425001864L);
    }

    static SourceRecord apply(List<Transformation<SourceRecord>> links, SourceRecord record) {
        for (Transformation<SourceRecord> link : links) record = link.apply(record);
        return record;
    }

    /** Of the whole process, in nanoseconds. */
    static long cpuTime() {
        return ((com.sun.management.OperatingSystemMXBean)
            java.lang.management.ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** The first rounds warm up and do not count. */
    static double median(Runnable step, int records, int rounds) {
        List<Double> taken = new ArrayList<>();
        for (int round = -3; round < rounds; round++) {
            long startedAt = cpuTime();
            for (int index = 0; index < records; index++) step.run();
            if (round >= 0) taken.add((cpuTime() - startedAt) / 1000.0 / records);
        }
        Collections.sort(taken);
        return taken.get(taken.size() / 2);
    }
}
