/**
 * The provider {@code memory}: a log that lives as long as its handle.
 *
 * <p>{@link softadastra.wal.memory.MemoryWalProvider} opens it, {@code MemoryWalLog} is the log, and {@code Chunk} is what
 * its records lie in.
 */
package softadastra.wal.memory;
