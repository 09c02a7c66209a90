/**
 * The contract of write-ahead logs as tests, and the kit that makes disks fail.
 *
 * <p>{@link softadastra.wal.tck.WalProviderContract} is what a provider's tests extend. A durable provider that does its input
 * and output through {@link softadastra.wal.spi.storage.Storage} adds {@link softadastra.wal.tck.fault.CrashExplorer} and
 * {@link softadastra.wal.tck.fault.FaultExplorer}.
 */
package softadastra.wal.tck;
