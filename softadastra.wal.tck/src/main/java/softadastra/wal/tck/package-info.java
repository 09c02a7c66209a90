/**
 * The contract of write-ahead logs as tests, and the kit that makes disks fail.
 *
 * <p>{@link softadastra.wal.tck.WalProviderContract} is what a provider's tests extend.
 */
package softadastra.wal.tck;
