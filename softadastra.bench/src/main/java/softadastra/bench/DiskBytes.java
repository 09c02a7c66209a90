package softadastra.bench;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What very many records take on the disk, in blocks that the file system gives: while the log is open, and when it is closed. */
final class DiskBytes implements Work {

    @Override
    public String name() {
        return "disk";
    }

    @Override
    public List<Row> measure(Path directory, Sizes sizes) throws Exception {
        int records = sizes.records();
        Path ours = directory.resolve("append");
        try (OurLog log = OurLog.single(ours, false);
                Peers<PeerLog> peers = Peers.buffered(directory, sizes)) {
            log.run(records);
            String open = over(ours, records);
            Map<String, String> peersOpen = new HashMap<>();
            for (PeerLog peer : peers.present()) {
                peer.run(records);
                peersOpen.put(peer.name(), over(peer.folder(), records));
            }
            log.verify();
            String closed = over(ours, records);
            Map<String, String> peersClosed = new HashMap<>();
            for (PeerLog peer : peers.present()) {
                peer.verify();
                peer.close();
                peersClosed.put(peer.name(), over(peer.folder(), records));
            }
            String work = String.format(Locale.ROOT, "bytes on disk over key + value, each of %,d", records);
            return List.of(
                    new Row(work + ", log open", open, "", "", tell(peers, peersOpen), "<= 64"),
                    new Row(work + ", log closed", closed, "", "", tell(peers, peersClosed), "<= 64"));
        }
    }

    private static String tell(Peers<PeerLog> peers, Map<String, String> bytes) {
        return peers.tell(peer -> peer.name() + " " + bytes.get(peer.name()));
    }

    private static String over(Path folder, int records) throws Exception {
        return String.format(Locale.ROOT, "%.1f B", (double) Folders.allocated(folder) / records - RecordSource.BYTES);
    }
}
