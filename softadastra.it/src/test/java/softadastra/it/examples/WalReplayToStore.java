package softadastra.it.examples;

import java.util.Map;
import java.util.TreeMap;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalReplayer;
import softadastra.wal.spi.WalWriter;

/** Rebuilds a state from a log: here a small map, with one entry a record. */
public final class WalReplayToStore {

    private WalReplayToStore() {}

    public static void main(String[] args) {
        String path = "example_replay.log";
        try (WalWriter writer = WalWriter.open(path).orElseThrow()) {
            writer.append(WalRecordType.PUT, new byte[] {10, 20, 30}).orElseThrow();
            writer.append(WalRecordType.PUT, new byte[] {99, 88}).orElseThrow();
            writer.append(WalRecordType.PUT, new byte[] {7, 8, 9, 10}).orElseThrow();
        }

        Map<String, byte[]> state = new TreeMap<>();
        try (WalReplayer replayer = WalReplayer.open(path).orElseThrow()) {
            replayer.replay(record -> {
                        System.out.println("Applying seq=" + record.sequence() + " type=" + record.type()
                                + " payload_size=" + record.payload().length);
                        state.put("record_" + record.sequence(), record.payload());
                    })
                    .orElseThrow();
        }
        state.forEach((name, payload) -> System.out.println(name + " => " + numbers(payload)));
    }

    private static String numbers(byte[] payload) {
        StringBuilder text = new StringBuilder("[ ");
        for (byte each : payload) {
            text.append(each).append(' ');
        }
        return text.append(']').toString();
    }
}
