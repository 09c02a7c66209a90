package softadastra.wal.tck.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalCapability;
import softadastra.wal.spi.WalCheckpointWriter;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalPin;
import softadastra.wal.spi.storage.Storage;

/** Does what a {@link CrashScript} says. For one thread. */
final class ScriptRun {

    /**
     * What happened between two power cuts.
     *
     * @param storage the disk, with its history
     * @param witness who saw it
     */
    record Era(SimulatedStorage storage, CrashWitness witness) {}

    private final CrashScript script;
    private final Function<Storage, WalConfig> configuration;
    private final ProviderControl control;
    private final List<Era> eras = new ArrayList<>();

    private SimulatedStorage disk = SimulatedStorage.create();
    private CrashWitness witness = new CrashWitness(disk);
    private KillableStorage process = new KillableStorage(disk);
    private @Nullable Wal wal;
    private @Nullable WalCheckpointWriter checkpoint;
    private @Nullable WalPin pin;
    private byte[] content = new byte[0];
    private int appended;
    private int checkpoints;

    /** The next process has a force fail. */
    private boolean armed;

    /** The next process is killed after so many calls, unless that is negative. */
    private int callsOfNext = -1;

    /** A force was made to fail, or a kill is coming, so that errors are expected until the log is opened again. */
    private boolean failing;

    /** A kill is coming. */
    private boolean killing;

    private ScriptRun(CrashScript script, Function<Storage, WalConfig> configuration, ProviderControl control) {
        this.script = script;
        this.configuration = configuration;
        this.control = control;
        eras.add(new Era(disk, witness));
    }

    /**
     * Runs a script.
     *
     * @param configuration opens the log on a storage
     * @param control what {@link CrashStep.Idle} does, and what is random
     * @throws AssertionError if the log failed by itself
     */
    static List<Era> run(CrashScript script, Function<Storage, WalConfig> configuration, ProviderControl control) {
        control.restart(script.seed());
        ScriptRun run = new ScriptRun(script, configuration, control);
        int done = 0;
        try {
            for (CrashStep step : script.steps()) {
                run.step(step);
                done++;
            }
        } catch (SoftadastraException | AssertionError e) {
            throw new AssertionError(
                    "step " + (done + 1) + ", " + script.steps().get(done) + ", failed: " + e.getMessage(), e);
        } finally {
            run.kill();
        }
        return List.copyOf(run.eras);
    }

    private void step(CrashStep step) {
        try {
            if (step instanceof CrashStep.Open open) {
                open(open);
            } else if (step instanceof CrashStep.FailForce) {
                failForce();
            } else if (step instanceof CrashStep.KillAfter kill) {
                failing = true;
                if (wal == null) {
                    callsOfNext = kill.calls();
                } else {
                    killing = true;
                    process.killAfter(kill.calls());
                }
            } else if (step instanceof CrashStep.Cut cut) {
                cut(cut);
            } else if (wal != null) {
                step(step, wal);
            }
        } catch (SoftadastraException e) {
            if (!failing) {
                throw e;
            }
        }
    }

    private void step(CrashStep step, Wal open) {
        if (step instanceof CrashStep.Append append) {
            append(open, append);
        } else if (step instanceof CrashStep.Await) {
            witness.await(open, open.log().lastSequence());
        } else if (step instanceof CrashStep.Idle) {
            control.background(open.log());
        } else if (step instanceof CrashStep.Begin begin) {
            begin(open, begin);
        } else if (step instanceof CrashStep.Publish) {
            publish(open);
        } else if (step instanceof CrashStep.Recover) {
            recover(open);
        } else if (step instanceof CrashStep.Pin) {
            pin(open);
        } else if (step instanceof CrashStep.Close) {
            close();
        } else if (step instanceof CrashStep.Kill) {
            kill();
        }
    }

    private void failForce() {
        if (wal == null) {
            armed = true;
        } else {
            failing = true;
            process.failNextForce();
        }
    }

    private void open(CrashStep.Open open) {
        try {
            close();
        } catch (SoftadastraException e) {
            if (!failing) {
                throw e;
            }
        }
        process = new KillableStorage(disk);
        killing = callsOfNext >= 0;
        failing = armed || killing;
        if (armed) {
            process.failNextForce();
        }
        if (callsOfNext >= 0) {
            process.killAfter(callsOfNext);
        }
        armed = false;
        callsOfNext = -1;
        WalConfig config = configuration.apply(process).withAutoFlush(open.autoFlush());
        Result<Wal> opened = Wal.open(open.pointInTime() ? config.withRecovery(RecoveryMode.POINT_IN_TIME) : config);
        if (opened.isErr() && failing) {
            // The next process has more luck.
            return;
        }
        Wal log = opened.orElseThrow();
        wal = log;
        witness.recovered(log.log().lastSequence());
    }

    /** What was appended and is not there any more was never acknowledged; what is there is durable. */
    private void recover(Wal open) {
        long before = open.log().generation();
        if (open.recover().isOk() && open.log().generation() != before) {
            witness.recovered(open.log().lastSequence());
            abandon();
            failing = killing;
        }
    }

    private void append(Wal open, CrashStep.Append append) {
        WalBatch batch = new WalBatch();
        for (int i = 0; i < append.records(); i++) {
            batch.add(64 + appended % 7, payload(append.bytes()));
        }
        witness.submit(open, batch);
    }

    /** Bytes at random, some with zeros in them, as tears leave them, or nothing but zeros. */
    private byte[] payload(int bytes) {
        SplittableRandom random = new SplittableRandom(Hash.mix(script.seed()) + appended++);
        byte[] payload = new byte[bytes];
        int kind = random.nextInt(8);
        if (kind > 0) {
            random.nextBytes(payload);
        }
        if (kind == 1 && bytes > 0) {
            int from = random.nextInt(bytes);
            Arrays.fill(payload, from, Math.min(bytes, from + 600), (byte) 0);
        }
        return payload;
    }

    private void begin(Wal open, CrashStep.Begin begin) {
        abandon();
        if (!hasCheckpoints()) {
            return;
        }
        content = new byte[begin.bytes()];
        new SplittableRandom(Hash.mix(script.seed() - ++checkpoints)).nextBytes(content);
        WalCheckpointWriter writer = open.log().beginCheckpoint();
        checkpoint = writer;
        writer.write(content, 0, content.length);
    }

    private boolean hasCheckpoints() {
        return configuration
                .apply(process)
                .providerInstance()
                .orElseThrow()
                .capabilities()
                .contains(WalCapability.CHECKPOINTS);
    }

    private void publish(Wal open) {
        WalCheckpointWriter writer = checkpoint;
        if (writer != null) {
            long end = open.log().lastSequence();
            witness.publishing(new WrittenCheckpoint(writer.beginSequence(), end, content));
            try {
                var unused = writer.publish(end);
                witness.published();
                witness.acknowledged(end);
            } finally {
                abandon();
            }
        }
    }

    private void abandon() {
        WalCheckpointWriter writer = checkpoint;
        checkpoint = null;
        if (writer != null) {
            writer.close();
        }
    }

    private void pin(Wal open) {
        if (pin != null) {
            pin.close();
            pin = null;
        }
        if (hasCheckpoints() && open.log().lastSequence() % 2 == 1) {
            pin = open.log().pin(Math.max(open.log().firstSequence(), open.log().lastSequence() - 3));
        }
    }

    private void close() {
        Wal open = wal;
        wal = null;
        pin = null;
        if (open != null) {
            try {
                abandon();
            } finally {
                open.close();
            }
        }
    }

    private void kill() {
        process.kill();
        try {
            close();
        } catch (SoftadastraException e) {
            // A process that is killed has nobody to tell.
        }
        failing = false;
    }

    private void cut(CrashStep.Cut cut) {
        SimulatedStorage left = disk.crash(CrashChoice.random(new SplittableRandom(Hash.mix(cut.seed()))));
        CrashExpectation expectation = witness.expectation(disk.operations());
        kill();
        FoundLog found = FoundLog.EMPTY;
        SimulatedStorage copy = left.copy();
        WalConfig config = configuration.apply(copy);
        if (copy.exists()) {
            try (Wal log = Wal.open(config).orElseThrow()) {
                found = FoundLog.of(log.log());
                expectation.check("the log after a power cut", found);
            }
        }
        disk = left;
        process = new KillableStorage(disk);
        witness = new CrashWitness(disk, witness, found);
        eras.add(new Era(disk, witness));
    }
}
