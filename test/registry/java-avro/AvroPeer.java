import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/**
 * Apache Avro for Java beside ours, line by line.
 *
 * framed: hex of a record in Confluent's wire format, tab, its schema. Answers the same record, read and written again.
 * compare: old schema, tab, new schema. Answers 1 or 0 for "new reads old" and for "old reads new".
 */
public class AvroPeer {
  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Map<String, Schema> schemas = new HashMap<>();
    StringBuilder out = new StringBuilder();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      int tab = line.indexOf('\t');
      String first = line.substring(0, tab);
      String second = line.substring(tab + 1);
      if (args[0].equals("compare")) {
        Schema old = new Schema.Parser().parse(first);
        Schema next = new Schema.Parser().parse(second);
        out.append(canRead(next, old)).append(canRead(old, next)).append('\n');
      } else {
        Schema schema = schemas.computeIfAbsent(second, text -> new Schema.Parser().parse(text));
        out.append(HexFormat.of().formatHex(again(schema, HexFormat.of().parseHex(first)))).append('\n');
      }
    }
    System.out.print(out);
  }

  private static int canRead(Schema reader, Schema writer) {
    try {
      return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getType()
          == SchemaCompatibilityType.COMPATIBLE ? 1 : 0;
    } catch (RuntimeException ambiguous) {
      return 0;
    }
  }

  private static byte[] again(Schema schema, byte[] framed) throws Exception {
    if (framed[0] != 0) throw new IllegalArgumentException("no frame");
    BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(framed, 5, framed.length - 5, null);
    Object record = new GenericDatumReader<Object>(schema).read(null, decoder);
    if (!decoder.isEnd()) throw new IllegalArgumentException("bytes are left");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(framed, 0, 5);
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<Object>(schema).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }
}
