import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.Main;

/** Apache Camel as a receiver: MLLP to Kafka, acknowledged when Kafka has confirmed. Arguments: port, brokers, topic. */
public class CamelPeer {
  public static void main(String[] args) throws Exception {
    String from = "mllp:127.0.0.1:" + args[0]
        + "?maxConcurrentConsumers=200&backlog=200&requireEndOfData=false&validatePayload=false";
    String to = "kafka:" + args[2] + "?brokers=" + args[1] + "&requestRequiredAcks=all&lingerMs=0";
    Main main = new Main();
    main.configure().addRoutesBuilder(new RouteBuilder() {
      @Override
      public void configure() {
        from(from).to(to);
      }
    });
    main.run();
  }
}
