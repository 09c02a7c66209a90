package softadastra.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class FileEventTest {
    private static final FileState STATE =
            FileState.of(new FilePath("docs/file.txt"), FileMetadata.file(128, Instant.EPOCH));
    private static final FileState OTHER =
            FileState.of(new FilePath("docs/other.txt"), FileMetadata.file(128, Instant.EPOCH));

    @Test
    void theFactoriesMakeTheFourKindsOfEvents() {
        assertEquals(new FileEvent(FileEventType.CREATED, STATE, Optional.empty()), FileEvent.created(STATE));
        assertEquals(new FileEvent(FileEventType.UPDATED, STATE, Optional.of(OTHER)), FileEvent.updated(OTHER, STATE));
        assertEquals(new FileEvent(FileEventType.DELETED, STATE, Optional.empty()), FileEvent.deleted(STATE));
        assertEquals(new FileEvent(FileEventType.MOVED, STATE, Optional.of(OTHER)), FileEvent.moved(OTHER, STATE));
    }

    @Test
    void aMoveNeedsAPreviousStateAndACreationHasNone() {
        assertRefused(
                "invalid file event: a moved file has no previous state",
                () -> new FileEvent(FileEventType.MOVED, STATE, Optional.empty()));
        assertRefused(
                "invalid file event: a created file has a previous state",
                () -> new FileEvent(FileEventType.CREATED, STATE, Optional.of(OTHER)));
    }

    @Test
    void aSizeIsNotNegative() {
        assertEquals(0, FileMetadata.file(0, Instant.EPOCH).size());
        assertEquals(FileType.FILE, FileMetadata.file(0, Instant.EPOCH).type());
        assertRefused(
                "invalid file metadata: size -1 is negative",
                () -> new FileMetadata(FileType.OTHER, -1, Instant.EPOCH));
    }

    @Test
    void aHashIsShortNonEmptyText() {
        String longest = "é".repeat(FileState.MAX_HASH_UTF8_BYTES / 2);
        assertEquals(Optional.of(longest), STATE.withHash(longest).hash());
        for (String hash : new String[] {"", longest + "x", "\uDC00"}) {
            assertRefused("invalid file state: hash is not 1 to 512 bytes of UTF-8", () -> STATE.withHash(hash));
        }
    }

    private static void assertRefused(String message, Executable action) {
        SoftadastraException thrown = assertThrows(SoftadastraException.class, action);
        assertEquals(ErrorCode.INVALID_ARGUMENT, thrown.code());
        assertEquals(message, thrown.getMessage());
    }
}
