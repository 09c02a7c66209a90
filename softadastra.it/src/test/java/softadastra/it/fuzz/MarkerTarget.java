package softadastra.it.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import softadastra.core.Result;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.tck.fault.MemoryStorage;

/** A marker that reads as one is the same after it was written again. */
final class MarkerTarget implements FuzzTarget.Body {

    @Override
    public void accept(FuzzInput input) {
        boolean putRight = input.next() % 2 == 0;
        byte[] text = input.rest();
        MemoryStorage storage = LogCheck.disk();
        LogCheck.put(storage, WalMarker.FILE, putRight ? LogBytes.markerWithCrc(text) : text);
        Result<Optional<WalMarker>> read = WalMarker.read(storage);
        if (read.isErr()) {
            Refusals.requireExpected(read.error());
            return;
        }
        try {
            read.value().orElseThrow().write(storage);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertEquals(read.value(), WalMarker.read(storage).orElseThrow());
    }
}
