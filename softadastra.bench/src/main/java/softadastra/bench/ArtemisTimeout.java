package softadastra.bench;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import org.apache.activemq.artemis.core.io.IOCallback;
import org.apache.activemq.artemis.core.io.SequentialFile;
import org.apache.activemq.artemis.core.io.SequentialFileFactory;

/**
 * How long an Artemis journal lets records gather, found as {@code artemis create} finds it for a new broker: blocks of 4 KiB
 * are written with sync, and what one of them took in the best of five tries is the timeout.
 */
final class ArtemisTimeout {

    private static final int TRIES = 5;
    private static final int BLOCK_BYTES = 4096;

    private ArtemisTimeout() {}

    /**
     * Measures it, in nanoseconds.
     *
     * @param blocks how many to write a try
     */
    static int measure(SequentialFileFactory factory, int blocks) throws Exception {
        factory.start();
        SequentialFile file = factory.createSequentialFile("timeout.tmp");
        try {
            file.open();
            file.fill(BLOCK_BYTES * blocks);
            file.close();
            long best = Long.MAX_VALUE;
            for (int i = 0; i < TRIES; i++) {
                best = Math.min(best, write(factory, file, blocks));
            }
            return (int) Math.min(Integer.MAX_VALUE, best / blocks);
        } finally {
            file.close();
            file.delete();
            factory.stop();
        }
    }

    private static long write(SequentialFileFactory factory, SequentialFile file, int blocks) throws Exception {
        CountDownLatch left = new CountDownLatch(blocks);
        IOCallback done = new IOCallback() {
            @Override
            public void done() {
                left.countDown();
            }

            @Override
            public void onError(int code, String message) {
                throw new IllegalStateException("Artemis cannot write: " + message);
            }
        };
        file.open();
        file.position(0);
        long start = System.nanoTime();
        for (int i = 0; i < blocks; i++) {
            ByteBuffer block = factory.newBuffer(BLOCK_BYTES);
            block.clear();
            file.writeDirect(block, true, done);
        }
        left.await();
        long nanos = System.nanoTime() - start;
        file.close();
        return nanos;
    }
}
