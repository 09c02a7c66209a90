package softadastra.cli.control;

import softadastra.core.MalformedDataException;

/** What a node may be asked: the first byte of a request. */
enum Request {
    GET(1),
    SCAN(2),
    PUT(3),
    REMOVE(4),
    WRITE(5),
    CHECKPOINT(6),
    REPORT(7),
    TICK(8),
    CONFLICTS(9),
    RESOLVE(10),
    FAILED(11),
    RETRY(12),
    DISCARD(13),
    AWAIT_SYNCED(14),
    FORGET(15),
    LEAVE(16);

    private final int code;

    Request(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /**
     * The request of a code.
     *
     * @throws MalformedDataException if there is none
     */
    static Request of(int code) {
        for (Request request : values()) {
            if (request.code == code) {
                return request;
            }
        }
        throw new MalformedDataException("no request: " + code, 0);
    }
}
