package softadastra.it.scale;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalInspector;
import softadastra.wal.spi.WalProgress;

/**
 * Writes gigabytes of log over a fixed number of live keys, verifies, dumps and replays it, writes a checkpoint of the live
 * keys, and opens the log on top of that. What it keeps in memory is one number for each key: the sequence of its last write,
 * from which the value follows.
 */
final class SmallHeapChild {
    private static final int TYPE = 64;
    private static final int KEY_BYTES = Integer.BYTES;

    private final WalConfig config;
    private final int keys;
    private final int valueBytes;
    private final long records;
    private final long[] last;
    private long begun = System.nanoTime();

    private SmallHeapChild(Path log, int keys, int valueBytes, long bytes) {
        this.config = WalConfig.durable(log).withAutoFlush(false);
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.records = bytes / (KEY_BYTES + valueBytes + 40);
        this.last = new long[keys];
    }

    /** Log, keys, bytes of a value, and bytes of log. */
    public static void main(String[] args) {
        SmallHeapChild child = new SmallHeapChild(
                Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]), Long.parseLong(args[3]));
        child.run();
    }

    private void run() {
        try (Wal wal = Wal.open(config).orElseThrow()) {
            write(wal);
        }
        verify();
        dump();
        try (Wal wal = Wal.open(config).orElseThrow()) {
            say("opened");
            replay(wal, 1, records);
            checkpoint(wal);
        }
        try (Wal wal = Wal.open(config).orElseThrow()) {
            say("opened on the checkpoint");
            load(wal.log().checkpoint().orElseThrow());
            say("checkpoint loaded, %d bytes of log left", wal.stats().bytes());
        }
    }

    private void write(Wal wal) {
        byte[] payload = new byte[KEY_BYTES + valueBytes];
        SplittableRandom random = new SplittableRandom(records);
        for (long sequence = 1; sequence <= records; sequence++) {
            // Each key at least once, in order; then any.
            int key = sequence <= keys ? (int) sequence - 1 : random.nextInt(keys);
            fill(payload, key, sequence);
            last[key] = wal.log().submit(TYPE, payload);
        }
        wal.log().flush();
        say("%d records over %d keys written", records, keys);
        say("log of %d bytes", wal.stats().bytes());
    }

    private static void fill(byte[] payload, int key, long sequence) {
        ByteBuffer buffer = ByteBuffer.wrap(payload).putInt(key);
        long seed = sequence * 0x9E3779B97F4A7C15L + key;
        while (buffer.remaining() >= Long.BYTES) {
            buffer.putLong(seed);
            seed = seed * 6364136223846793005L + 1;
        }
    }

    private void verify() {
        WalInspector.Verification found = WalInspector.open(config)
                .flatMap(log -> log.verify(WalProgress.NONE))
                .orElseThrow();
        require(found.records() == records && found.findings().isEmpty(), "verify: " + found);
        say("verified");
    }

    private void dump() {
        long[] dumped = {0};
        long unused = WalInspector.open(config)
                .flatMap(log -> log.dump(entry -> dumped[0] += entry.record().isPresent() ? 1 : 0))
                .orElseThrow();
        require(dumped[0] == records, "dumped " + dumped[0]);
        say("dumped");
    }

    private void replay(Wal wal, long from, long through) {
        byte[] expected = new byte[KEY_BYTES + valueBytes];
        long[] seen = new long[keys];
        long read = wal.log().read(from, (sequence, typeCode, status, timestamp, buffer, offset, length) -> {
            int key = ByteBuffer.wrap(buffer, offset, length).getInt();
            fill(expected, key, sequence);
            require(
                    ByteBuffer.wrap(buffer, offset, length).equals(ByteBuffer.wrap(expected)),
                    "record " + sequence + " is another");
            seen[key] = sequence;
            return true;
        });
        require(read == through - from + 1, "replayed " + read);
        for (int key = 0; key < keys; key++) {
            require(seen[key] == last[key], "key " + key + " is of " + seen[key] + ", not of " + last[key]);
        }
        say("replayed");
    }

    private void checkpoint(Wal wal) {
        byte[] payload = new byte[KEY_BYTES + valueBytes];
        try (WalCheckpointWriter writer = wal.log().beginCheckpoint()) {
            for (int key = 0; key < keys; key++) {
                fill(payload, key, last[key]);
                writer.write(payload, 0, payload.length);
            }
            WalCheckpoint checkpoint = writer.publish(records);
            require(checkpoint.beginSequence() == records + 1, "checkpoint: " + checkpoint);
        }
        say("checkpoint written");
    }

    private void load(WalCheckpoint checkpoint) {
        byte[] expected = new byte[KEY_BYTES + valueBytes];
        byte[] payload = new byte[expected.length];
        try (WalCheckpointReader reader = checkpoint.open()) {
            require(reader.length() == (long) keys * payload.length, "length " + reader.length());
            for (int key = 0; key < keys; key++) {
                reader.read((long) key * payload.length, payload, 0, payload.length);
                fill(expected, key, last[key]);
                require(Arrays.equals(payload, expected), "key " + key + " in the checkpoint is another");
            }
        }
    }

    private static void require(boolean fact, String otherwise) {
        if (!fact) {
            throw new AssertionError(otherwise);
        }
    }

    private void say(String what, Object... of) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        long used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        System.out.println(String.format(Locale.ROOT, what, of)
                + String.format(Locale.ROOT, ": %d ms, heap %d MiB", millis, used >> 20));
        begun = System.nanoTime();
    }
}
