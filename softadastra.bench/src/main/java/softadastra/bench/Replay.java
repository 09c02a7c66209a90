package softadastra.bench;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalRecordType;
import softadastra.wal.spi.WalRecordVisitor;
import softadastra.wal.spi.WalReplayer;
import softadastra.wal.spi.WalWriter;

/** A whole log read back from the page cache, in turn with the same files read and summed and nothing made of them. */
final class Replay implements Work {

    private static final int ROUNDS = 9;
    private static final int WARMUP = 3;

    @Override
    public String name() {
        return "replay";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        WalConfig config = WalConfig.durable(directory.resolve("log")).withAutoFlush(false);
        try (WalWriter writer = WalWriter.open(config).orElseThrow()) {
            RecordSource source = new RecordSource(0);
            for (int i = 0; i < sizes.records(); i++) {
                writer.append(WalRecordType.PUT, source.next()).orElseThrow();
            }
        }
        RecordSum expected = RecordSum.of(sizes.records());
        try (ReadFiles raw = new ReadFiles(directory.resolve("log"));
                ReplayRecords objects = new ReplayRecords(config, expected);
                VisitRecords visits = new VisitRecords(config, expected);
                Peers<PeerLog> peers = peers(directory, sizes)) {
            Alternation turns = new Alternation()
                    .add(raw, sizes.records())
                    .add(objects, sizes.records())
                    .add(visits, sizes.records());
            for (PeerLog peer : peers.present()) {
                peer.run(sizes.records());
            }
            peers.take(turns, sizes.records(), peer -> new PeerReplay(peer, expected));
            Alternation.Outcome figures = turns.run(WARMUP, ROUNDS);
            String target = ">= 1 GB/s or >= 5,000,000/s";
            List<Row> rows = new ArrayList<>();
            for (Contender ours : List.of(objects, visits)) {
                rows.add(new Row(
                        String.format(
                                Locale.ROOT, "%s of %,d records from the page cache", ours.name(), sizes.records()),
                        speed(figures.of(ours)),
                        speed(figures.of(raw)),
                        Row.ratio(figures.of(ours), figures.of(raw)),
                        peers.compare(figures.of(ours), figures),
                        target));
            }
            return rows;
        }
    }

    private static Peers<PeerLog> peers(Path directory, Sizes sizes) {
        return new Peers<PeerLog>(directory)
                .add("Chronicle Queue", ChronicleLog::new)
                .add("RocksDB", RocksReplay::new)
                .add(
                        "Artemis NIO",
                        folder -> new ArtemisJournal(ArtemisJournal.Kind.NIO, folder, 1, false, sizes.calibration()));
    }

    private static String speed(Figures figures) {
        double megabytes = figures.perSecond() * OurLog.FRAME_BYTES / 1e6;
        return Row.perSecond(figures.perSecond()) + String.format(Locale.ROOT, ", %,.0f MB/s", megabytes);
    }

    /** As users do it: an object for each record. */
    private static final class ReplayRecords implements Contender {

        private final WalReplayer replayer;
        private final RecordSum expected;

        ReplayRecords(WalConfig config, RecordSum expected) {
            this.expected = expected;
            replayer = WalReplayer.open(config).orElseThrow();
        }

        @Override
        public String name() {
            return "replay";
        }

        @Override
        public void run(int operations) {
            RecordSum sum = new RecordSum();
            replayer.replay(record -> sum.accept(record.payload(), 0, record.payload().length))
                    .orElseThrow();
            expected.requireSame(sum);
        }

        @Override
        public void verify() {
            RecordCheck check = new RecordCheck(1);
            replayer.replay(record -> check.accept(record.payload(), 0, record.payload().length))
                    .orElseThrow();
            check.complete(expected.count());
        }

        @Override
        public void close() {
            replayer.close();
        }
    }

    /** As an engine does it: in the reader's own buffer. */
    private static final class VisitRecords implements Contender {

        private final Wal wal;
        private final RecordSum expected;

        VisitRecords(WalConfig config, RecordSum expected) {
            this.expected = expected;
            wal = Wal.open(config).orElseThrow();
        }

        @Override
        public String name() {
            return "visit without objects";
        }

        @Override
        public void run(int operations) {
            RecordSum sum = new RecordSum();
            read((sequence, type, status, timestamp, buffer, offset, length) -> {
                sum.accept(buffer, offset, length);
                return true;
            });
            expected.requireSame(sum);
        }

        @Override
        public void verify() {
            RecordCheck check = new RecordCheck(1);
            read((sequence, type, status, timestamp, buffer, offset, length) -> {
                check.accept(buffer, offset, length);
                return true;
            });
            check.complete(expected.count());
        }

        private void read(WalRecordVisitor visitor) {
            WrongResultException.require(wal.log().lastSequence(), wal.log().read(1, visitor), "records visited");
        }

        @Override
        public void close() {
            wal.close();
        }
    }

    /** The limit: each byte read and summed once. */
    private static final class ReadFiles implements Contender {

        private static final int BUFFER_BYTES = 256 << 10;

        private final List<Path> segments;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private long sum = -1;

        ReadFiles(Path log) throws IOException {
            segments = Folders.all(log).stream()
                    .filter(file -> file.toString().endsWith(".segment"))
                    .toList();
        }

        @Override
        public String name() {
            return "read and sum";
        }

        @Override
        public void run(int operations) throws IOException {
            CRC32C crc = new CRC32C();
            long left = (long) operations * OurLog.FRAME_BYTES;
            for (int i = segments.size() - 1; i >= 0 && left > 0; i--) {
                try (RandomAccessFile file =
                        new RandomAccessFile(segments.get(i).toFile(), "r")) {
                    for (int read = file.read(buffer); read > 0 && left > 0; read = file.read(buffer)) {
                        int used = (int) Math.min(read, left);
                        crc.update(buffer, 0, used);
                        left -= used;
                    }
                }
            }
            WrongResultException.require(0, left, "bytes missing from the segments");
            if (sum >= 0) {
                WrongResultException.require(sum, crc.getValue(), "sum of the segments");
            }
            sum = crc.getValue();
        }

        @Override
        public void verify() throws IOException {
            for (Path segment : segments) {
                WrongResultException.require(1, Files.isRegularFile(segment) ? 1 : 0, "segment " + segment);
            }
        }

        @Override
        public void close() {
            // It holds nothing between blocks.
        }
    }
}
