package softadastra.wal.tck.fault;

/**
 * A call on a storage, about to be made.
 *
 * @param number which call it is on this storage, from 1
 * @param numberOfKind which call of its kind, from 1
 * @param kind what kind
 * @param name the file, empty for the directory
 * @param position where in the file, 0 where that means nothing
 * @param length how many bytes, 0 where that means nothing
 */
public record IoCall(long number, long numberOfKind, IoKind kind, String name, long position, int length) {}
