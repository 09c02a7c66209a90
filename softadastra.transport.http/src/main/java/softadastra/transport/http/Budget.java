package softadastra.transport.http;

/** Memory, in bytes, that many share: who wants some asks first. On one thread only. */
final class Budget {
    private long left;

    Budget(long bytes) {
        this.left = bytes;
    }

    boolean take(long bytes) {
        if (bytes > left) {
            return false;
        }
        left -= bytes;
        return true;
    }

    void give(long bytes) {
        left += bytes;
    }

    long left() {
        return left;
    }
}
