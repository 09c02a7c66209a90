/**
 * The storage seam: the few file operations a log needs, behind interfaces narrow enough to fail on demand.
 *
 * <p>A provider that does its input and output through {@link softadastra.wal.spi.storage.Storage} is tested by the fault
 * kit of {@code softadastra.wal.tck} without further work: short writes, failed forces, full disks and crashes are
 * implementations of this seam. {@link softadastra.wal.spi.storage.FileStorage} is the real one.
 */
package softadastra.wal.spi.storage;
