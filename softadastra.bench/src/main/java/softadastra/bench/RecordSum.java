package softadastra.bench;

/**
 * Adds up records of the first source, so that a block of them is checked at next to no cost; {@link RecordCheck} compares
 * every byte.
 */
final class RecordSum {

    private long count;
    private long sum;

    /** The sum of the first so many records. */
    static RecordSum of(long records) {
        RecordSum expected = new RecordSum();
        RecordSource source = new RecordSource(0);
        for (long i = 0; i < records; i++) {
            expected.accept(source.next(), 0, RecordSource.BYTES);
        }
        return expected;
    }

    /** Takes one record. */
    void accept(byte[] buffer, int offset, int length) {
        count++;
        sum += RecordSource.mark(buffer, offset) + length;
    }

    /** Requires that another has the same. */
    void requireSame(RecordSum found) {
        WrongResultException.require(count, found.count, "records");
        WrongResultException.require(sum, found.sum, "sum of the records");
    }

    long count() {
        return count;
    }
}
