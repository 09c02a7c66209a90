package softadastra.transport.http;

import java.util.List;
import java.util.Optional;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.store.Origin;
import softadastra.sync.OpenFence;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncStage;
import softadastra.sync.SyncState;
import softadastra.sync.TransportHost;

/** A node of which there is nothing but its name. */
record FakeHost(NodeId node, int maxMessageBytes) implements TransportHost {

    static FakeHost of(String name) {
        return new FakeHost(new NodeId(name), 4 << 20);
    }

    @Override
    public Result<SyncReport> report() {
        SyncState state = new SyncState(3, 1, 1, 7, 0, 1, 2);
        return Result.ok(new SyncReport(
                node,
                0xabc,
                Optional.of("http://127.0.0.1:7420"),
                12,
                SyncStage.WRITING_AGAIN,
                state,
                List.of(),
                List.of(new OpenFence(new Origin(new NodeId("gone"), 0xdef), List.of(new NodeId("away"), node))),
                List.of(),
                0,
                5,
                3,
                Optional.of("malformed message: flags 9"),
                4,
                6,
                List.of(),
                Optional.empty()));
    }
}
