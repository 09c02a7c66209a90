package softadastra.wal.file;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GroupWaiterTest {

    private static final int ROUNDS = 100;
    private static final int WAITERS = 7;

    /**
     * A park may end without a reason. Whoever is awake then goes on as soon as it is released, and wakes the next ones, perhaps
     * before the releasing thread has come to them.
     */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void allAreReleasedWhoeverIsAwakeMeanwhile() throws InterruptedException {
        for (int round = 0; round < ROUNDS; round++) {
            List<Thread> threads = new ArrayList<>();
            GroupWaiter.releaseAll(new Impatient(waiters(threads), threads.get(0)));
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static GroupWaiter[] waiters(List<Thread> threads) throws InterruptedException {
        GroupWaiter[] waiters = new GroupWaiter[WAITERS];
        CountDownLatch waiting = new CountDownLatch(WAITERS);
        for (int i = 0; i < WAITERS; i++) {
            int place = i;
            Thread thread = new Thread(() -> {
                waiters[place] = new GroupWaiter(0);
                waiting.countDown();
                waiters[place].awaitRelease();
            });
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        waiting.await();
        return waiters;
    }

    /** The releasing thread finds, whenever it asks for a waiter, that the first one has gone on if it was released. */
    private static final class Impatient extends AbstractList<GroupWaiter> {
        private final GroupWaiter[] waiters;
        private final Thread first;
        private final Thread releasing = Thread.currentThread();

        Impatient(GroupWaiter[] waiters, Thread first) {
            this.waiters = waiters;
            this.first = first;
        }

        @Override
        public GroupWaiter get(int index) {
            if (Thread.currentThread() == releasing && waiters[0].isReleased()) {
                LockSupport.unpark(first);
                while (first.isAlive()) {
                    Thread.onSpinWait();
                }
            }
            return waiters[index];
        }

        @Override
        public int size() {
            return waiters.length;
        }
    }
}
