package softadastra.store;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import softadastra.core.Result;
import softadastra.wal.spi.OpenMode;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalProvider;

/**
 * The file log of {@link AlteredClasses}, without a thread of its own: what that would do is done by hand. It tells which log it
 * has opened, for stores that own theirs.
 */
final class ModelLog implements WalProvider {

    private static final String FILE_PROVIDER = "softadastra.wal.file.FileWalProvider";

    private final WalProvider provider = provider();
    private @Nullable WalLog opened;

    private static WalProvider provider() {
        try {
            return Class.forName(FILE_PROVIDER)
                    .asSubclass(WalProvider.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public int spiVersion() {
        return provider.spiVersion();
    }

    @Override
    public Set<WalCapability> capabilities() {
        return provider.capabilities();
    }

    @Override
    public Result<WalLog> open(WalConfig config, OpenMode mode) {
        Result<WalLog> log = provider.open(config, mode);
        if (mode == OpenMode.OWN) {
            opened = log.isOk() ? log.value() : null;
        }
        return log;
    }

    /** The log that is owned. */
    WalLog opened() {
        WalLog log = opened;
        if (log == null) {
            throw new AssertionError("there is no log");
        }
        return log;
    }

    /** One round of the log's thread: it works until there is nothing to do, and takes note of what was appended. */
    void round() {
        try {
            Object commit = field(field(opened, "life"), "commit");
            Object housekeeper = field(commit, "housekeeper");
            Lock lock = (Lock) field(housekeeper, "lock");
            lock.lock();
            try {
                work(commit, housekeeper);
                set(housekeeper, "appendsSeen", (long) field(housekeeper, "appends"));
            } finally {
                lock.unlock();
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void work(Object commit, Object housekeeper) throws ReflectiveOperationException {
        try {
            Method work = housekeeper.getClass().getDeclaredMethod("work");
            work.setAccessible(true);
            boolean again = true;
            while (again) {
                again = (boolean) work.invoke(housekeeper);
            }
        } catch (InvocationTargetException e) {
            Method fail = commit.getClass().getDeclaredMethod("fail", Throwable.class);
            fail.setAccessible(true);
            fail.invoke(commit, e.getTargetException());
        }
    }

    private static Object field(@Nullable Object owner, String name) throws ReflectiveOperationException {
        if (owner == null) {
            throw new NoSuchFieldException(name);
        }
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
    }

    private static void set(Object owner, String name, long value) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        field.setLong(owner, value);
    }
}
