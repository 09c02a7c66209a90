package softadastra.wal.file;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.concurrent.locks.Lock;
import softadastra.wal.spi.WalLog;
import softadastra.wal.tck.fault.ProviderControl;

/**
 * Does by hand what the log's thread would do at intervals. For logs of {@link AlteredClasses}, whose thread is never started,
 * and itself one of these.
 */
final class Handwork implements ProviderControl {

    Handwork() {}

    @Override
    public void restart(long seed) {
        SeededRandom.restart(seed);
    }

    /** One round of the thread: it works until there is nothing to do, and takes note of what was appended. */
    @Override
    public void background(WalLog log) {
        try {
            Object housekeeper = field(field(field(log, "life"), "commit"), "housekeeper");
            Lock lock = (Lock) field(housekeeper, "lock");
            Method work = Housekeeper.class.getDeclaredMethod("work");
            work.setAccessible(true);
            lock.lock();
            try {
                boolean again = true;
                while (again) {
                    again = (boolean) work.invoke(housekeeper);
                }
                Field seen = Housekeeper.class.getDeclaredField("appendsSeen");
                seen.setAccessible(true);
                seen.setLong(housekeeper, (long) field(housekeeper, "appends"));
            } finally {
                lock.unlock();
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
    }
}
