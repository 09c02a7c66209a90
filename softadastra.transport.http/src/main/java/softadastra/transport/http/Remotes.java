package softadastra.transport.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How many requests without a session each remote address has made of late: a token bucket each, for the addresses that were
 * heard of last. An IPv6 address counts with its network of 64 bits, since whoever has one has them all.
 */
final class Remotes {
    private static final int MAX_REMOTES = 4096;

    private final int perSecond;
    private final Map<Object, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Bucket {
        private double left;
        private long since;
    }

    Remotes(int perSecond) {
        this.perSecond = perSecond;
    }

    /** Whether one more request is within what the address may make. */
    boolean allows(InetAddress remote, long now) {
        Bucket bucket = buckets.computeIfAbsent(key(remote), any -> {
            Bucket fresh = new Bucket();
            fresh.left = 2.0 * perSecond;
            fresh.since = now;
            return fresh;
        });
        if (buckets.size() > MAX_REMOTES) {
            Iterator<Bucket> oldest = buckets.values().iterator();
            oldest.next();
            oldest.remove();
        }
        bucket.left = Math.min(2.0 * perSecond, bucket.left + (now - bucket.since) * 1e-9 * perSecond);
        bucket.since = now;
        if (bucket.left < 1) {
            return false;
        }
        bucket.left--;
        return true;
    }

    private static Object key(InetAddress remote) {
        return remote instanceof Inet6Address
                ? ByteBuffer.wrap(remote.getAddress()).getLong()
                : remote;
    }
}
