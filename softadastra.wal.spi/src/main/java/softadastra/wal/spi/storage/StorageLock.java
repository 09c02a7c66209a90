package softadastra.wal.spi.storage;

import java.io.Closeable;

/** A lock between processes; closing it lets it go. The operating system lets it go when the process ends, however it ends. */
public interface StorageLock extends Closeable {}
