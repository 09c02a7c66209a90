package softadastra.it.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import softadastra.core.FileEvent;
import softadastra.core.FileEventCodec;
import softadastra.core.Result;

/** Bytes that decode to an event are the one encoding which that has. */
final class EventTarget implements FuzzTarget.Body {

    @Override
    public void accept(FuzzInput input) {
        byte[] bytes = input.rest();
        Result<FileEvent> event = FileEventCodec.decode(bytes);
        if (event.isOk()) {
            assertArrayEquals(bytes, FileEventCodec.encode(event.value()));
        } else {
            Refusals.requireExpected(event.error());
        }
    }
}
