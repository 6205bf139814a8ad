import ca.uhn.hl7v2.AcknowledgmentCode;
import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.app.Connection;
import ca.uhn.hl7v2.app.HL7Service;
import ca.uhn.hl7v2.app.Initiator;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.util.Terser;
import ca.uhn.hl7v2.util.idgenerator.InMemoryIDGenerator;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * HAPI HL7v2 at one end of MLLP.
 *
 * <p>receive PORT: one line for each message, "control id, tab, PID-3.1", before its answer. A control id that begins
 * with AE is answered AE the first time, one that begins with AR always AR.
 *
 * <p>send PORT COUNT BYTES: so many messages over one connection, the last of each ten with a note of so many bytes; one
 * line for each answer, "MSA-1, tab, MSA-2".
 */
public class HapiMllp {
  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[1]);
    HapiContext context = new DefaultHapiContext();
    context.setValidationContext(ValidationContextFactory.noValidation());
    // By default it keeps a file in the working directory.
    context.getParserConfiguration().setIdGenerator(new InMemoryIDGenerator());
    if (args[0].equals("receive")) receive(context, port);
    else send(context, port, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
  }

  private static void receive(HapiContext context, int port) throws Exception {
    Set<String> seen = new HashSet<>();
    HL7Service server = context.newServer(port, false);
    server.registerApplication(
        new ReceivingApplication<Message>() {
          @Override
          public Message processMessage(Message message, Map<String, Object> metadata) {
            try {
              Terser terser = new Terser(message);
              String id = terser.get("/.MSH-10");
              boolean isFirst;
              synchronized (seen) {
                isFirst = seen.add(id);
                System.out.println(id + "\t" + terser.get("/.PID-3-1"));
              }
              AcknowledgmentCode code =
                  id.startsWith("AR")
                      ? AcknowledgmentCode.AR
                      : id.startsWith("AE") && isFirst ? AcknowledgmentCode.AE : AcknowledgmentCode.AA;
              HL7Exception reason =
                  code == AcknowledgmentCode.AA ? null : new HL7Exception("refused by the test");
              return message.generateACK(code, reason);
            } catch (Exception error) {
              throw new IllegalStateException(error);
            }
          }

          @Override
          public boolean canProcess(Message message) {
            return true;
          }
        });
    server.startAndWait();
    System.out.println("ready");
  }

  private static void send(HapiContext context, int port, int count, int bytes) throws Exception {
    Connection connection = context.newClient("127.0.0.1", port, false);
    Initiator initiator = connection.getInitiator();
    initiator.setTimeout(60, TimeUnit.SECONDS);
    for (int nth = 0; nth < count; nth += 1) {
      String note = nth % 10 == 9 ? "NTE|1||" + "x".repeat(bytes) + "\r" : "";
      String text =
          "MSH|^~\\&|HAPI|H|CC|CX|20260101||ADT^A01^ADT_A01|HAPI"
              + nth
              + "|P|2.5.1\rEVN|A01|20260101\rPID|1||4711^^^H^MR\r"
              + note
              + "PV1|1|I\r";
      Message answer = initiator.sendAndReceive(context.getPipeParser().parse(text));
      Terser terser = new Terser(answer);
      System.out.println(terser.get("/.MSA-1") + "\t" + terser.get("/.MSA-2"));
    }
    connection.close();
    System.exit(0);
  }
}
