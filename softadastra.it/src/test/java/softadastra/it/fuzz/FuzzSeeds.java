package softadastra.it.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import softadastra.core.FileEvent;
import softadastra.core.FileEventCodec;
import softadastra.core.FileEventType;
import softadastra.core.FileMetadata;
import softadastra.core.FilePath;
import softadastra.core.FileState;
import softadastra.core.FileType;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationEncoder;
import softadastra.store.Value;

/** Writes the inputs that the fuzzer begins with, where the folder of a corpus is empty. */
final class FuzzSeeds {

    private FuzzSeeds() {}

    /** The folder of all corpora. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        byte[] third = Objects.requireNonNull(DirectoryTarget.log().get("0000000003.segment"));
        byte[] body = {2, 1, 1, 'x', 65, 0};
        LogBytes one = new LogBytes(8192, 1, 1, 0, 0)
                .add(LogBytes.SINGLE, 1, 1, new byte[] {'a', 'b', 'c'})
                .add(LogBytes.BATCH, 0, 2, body)
                .add(3, 0, 4, new byte[0])
                .add(LogBytes.SEAL, 0, 4, new byte[0]);
        for (int how = 0; how < 8; how++) {
            write(folder, FuzzTarget.SEGMENT, SegmentTarget.seed(how, one.bytes(), one.end()));
            write(folder, FuzzTarget.DIRECTORY, new byte[] {(byte) how});
            write(folder, FuzzTarget.CHECKPOINT, new byte[] {(byte) how, (byte) (how * 100), (byte) (how * 20)});
        }
        write(folder, FuzzTarget.SEGMENT, SegmentTarget.seed(SegmentTarget.AS_IT_COMES, third, 4300));
        write(folder, FuzzTarget.MARKER, join(1, LogBytes.marker()));
        write(folder, FuzzTarget.MARKER, join(0, Arrays.copyOf(LogBytes.marker(), LogBytes.marker().length - 16)));
        write(folder, FuzzTarget.MARKER, join(0, "softadastra-wal 1".getBytes(StandardCharsets.US_ASCII)));
        Operation put = Operation.put(Key.of("user:1"), Value.fromString("Gaspard"));
        byte[] operation = OperationEncoder.encode(put).orElseThrow();
        write(folder, FuzzTarget.OPERATION, join(0, operation));
        byte[] local = {1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 1, 0, 1};
        write(folder, FuzzTarget.OPERATION, join(local, operation));
        byte[] remote = {
            1, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 1, 1, 'n', 0, 0, 0, 0, 0, 0, 0, 7, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1, 0, 1
        };
        byte[] context = {1, 'm', 0, 0, 0, 0, 0, 0, 0, 3, 5};
        write(folder, FuzzTarget.OPERATION, join(join(remote, context), operation));
        FileState state = new FileState(
                new FilePath("docs/a.txt"),
                new FileMetadata(FileType.FILE, 12, Instant.ofEpochSecond(1_700_000_000L, 5)),
                Optional.of("abc"));
        FileEvent event = new FileEvent(FileEventType.UPDATED, state, Optional.of(state));
        write(folder, FuzzTarget.EVENT, FileEventCodec.encode(event));
        write(folder, FuzzTarget.EVENT, "text".getBytes(StandardCharsets.US_ASCII));
        for (byte[] input : MessageSeeds.all()) {
            write(folder, FuzzTarget.MESSAGE, input);
        }
    }

    private static void write(Path folder, FuzzTarget target, byte[] input) throws IOException {
        Path corpus = Files.createDirectories(folder.resolve(target.folder()));
        Files.write(corpus.resolve("seed-" + Integer.toHexString(Arrays.hashCode(input))), input);
    }

    private static byte[] join(int first, byte[] second) {
        return join(new byte[] {(byte) first}, second);
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
