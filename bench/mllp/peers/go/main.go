// A listener as Google's MLLP adapter is one: a goroutine for each connection that reads a frame, hands it on, and
// answers when that is confirmed; here it is handed to Kafka by franz-go. Arguments: port, brokers, topic.
package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	port, brokers, topic := os.Args[1], os.Args[2], os.Args[3]
	client, err := kgo.NewClient(
		kgo.SeedBrokers(brokers),
		kgo.DefaultProduceTopic(topic),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerLinger(0),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
	)
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		panic(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go serve(connection, client)
	}
}

func serve(connection net.Conn, client *kgo.Client) {
	defer connection.Close()
	reader := bufio.NewReaderSize(connection, 64*1024)
	for {
		message, err := readFrame(reader)
		if err != nil {
			return
		}
		if err := client.ProduceSync(context.Background(), &kgo.Record{Value: message}).FirstErr(); err != nil {
			return
		}
		if _, err := connection.Write(ack(message)); err != nil {
			return
		}
	}
}

func readFrame(reader *bufio.Reader) ([]byte, error) {
	for {
		b, err := reader.ReadByte()
		if err != nil {
			return nil, err
		}
		if b == 0x0b {
			break
		}
	}
	frame, err := reader.ReadBytes(0x1c)
	if err != nil {
		return nil, err
	}
	_, err = reader.ReadByte()
	return frame[:len(frame)-1], err
}

func ack(message []byte) []byte {
	end := bytes.IndexByte(message, '\r')
	if end < 0 {
		end = len(message)
	}
	fields := bytes.Split(message[:end], []byte("|"))
	id := []byte{}
	if len(fields) > 9 {
		id = fields[9]
	}
	return fmt.Appendf(nil, "\x0bMSH|^~\\&|CC|CX|SND|FAC|20260101120000||ACK|%s|P|2.5.1\rMSA|AA|%s\r\x1c\r", id, id)
}
