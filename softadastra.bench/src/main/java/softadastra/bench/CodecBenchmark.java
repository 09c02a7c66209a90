package softadastra.bench;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import softadastra.core.HybridClock;
import softadastra.core.Result;
import softadastra.store.Key;
import softadastra.store.Operation;
import softadastra.store.OperationDecoder;
import softadastra.store.OperationEncoder;
import softadastra.store.Value;

/** The pieces of a write that cost processor time: a stamp, the body of an operation, a checksum over its bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CodecBenchmark {

    private final HybridClock clock = HybridClock.system();
    private final Operation operation =
            Operation.put(Key.of("user:00000000001"), Value.of("x".repeat(100).getBytes(StandardCharsets.US_ASCII)));
    private final byte[] encoded = OperationEncoder.encode(operation).orElseThrow();
    private final CRC32C crc = new CRC32C();

    /** A stamp of the hybrid clock, as every record takes one. */
    @Benchmark
    public long stamp() {
        return clock.nowPacked();
    }

    /** The body of a put. */
    @Benchmark
    public Result<byte[]> encode() {
        return OperationEncoder.encode(operation);
    }

    /** The body of a put, checked. */
    @Benchmark
    public Result<Operation> decode() {
        return OperationDecoder.decode(encoded);
    }

    /** The checksum over a body. */
    @Benchmark
    public long checksum() {
        crc.reset();
        crc.update(encoded, 0, encoded.length);
        return crc.getValue();
    }
}
