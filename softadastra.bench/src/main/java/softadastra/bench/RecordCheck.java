package softadastra.bench;

/** Checks that the records of several sources come back: each once, each as it was made, each source's in order. */
final class RecordCheck {

    private final long[] next;

    RecordCheck(int sources) {
        next = new long[sources];
    }

    /** Takes one record. */
    void accept(byte[] buffer, int offset, int length) {
        long number = RecordSource.number(buffer, offset, length);
        int source = (int) (number / RecordSource.RANGE);
        if (source >= next.length) {
            throw new WrongResultException("record " + number + " was never written");
        }
        WrongResultException.require(next[source], number % RecordSource.RANGE, "record of source " + source);
        next[source]++;
    }

    /** Requires that so many came of each source. */
    void complete(long ofEach) {
        for (int source = 0; source < next.length; source++) {
            WrongResultException.require(ofEach, next[source], "records of source " + source);
        }
    }
}
