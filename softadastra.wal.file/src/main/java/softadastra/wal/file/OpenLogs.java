package softadastra.wal.file;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import softadastra.wal.spi.storage.Storage;

/**
 * The logs that are open through this class, by the real place of their directory, so that a reader in the same process knows
 * at once what is durable. A reader that does not find its log here (another class loader opened it) goes by what the log
 * itself proves, as one in another process does.
 */
final class OpenLogs {

    private static final Map<String, FileWalLog> OPEN = new ConcurrentHashMap<>();

    private OpenLogs() {}

    static void add(FileWalLog log) throws IOException {
        OPEN.put(log.storage().identity(), log);
    }

    static void remove(FileWalLog log) {
        OPEN.values().remove(log);
    }

    /** All that are open now. */
    static List<FileWalLog> all() {
        return List.copyOf(OPEN.values());
    }

    static Optional<FileWalLog> find(Storage storage) throws IOException {
        return Optional.ofNullable(OPEN.get(storage.identity()));
    }
}
