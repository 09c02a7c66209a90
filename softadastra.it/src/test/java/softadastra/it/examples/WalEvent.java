package softadastra.it.examples;

import java.time.Instant;
import softadastra.core.FileEvent;
import softadastra.core.FileMetadata;
import softadastra.core.FilePath;
import softadastra.core.FileState;
import softadastra.wal.spi.WalWriter;

/** Records that a file was created. A store on the same log skips such records. */
public final class WalEvent {

    private WalEvent() {}

    public static void main(String[] args) {
        FilePath file = FilePath.of("docs/file.txt").orElseThrow();
        FileState state = FileState.of(file, FileMetadata.file(128, Instant.now()));
        try (WalWriter writer = WalWriter.open("example_event.log").orElseThrow()) {
            long sequence = writer.appendEvent(FileEvent.created(state)).orElseThrow();
            System.out.println("Event written with seq=" + sequence);
        }
    }
}
