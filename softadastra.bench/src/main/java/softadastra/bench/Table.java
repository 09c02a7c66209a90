package softadastra.bench;

import java.util.List;

/** Rows as a table in Markdown. */
final class Table {

    private static final String HEAD =
            "| work | ours | raw limit | ratio | ours to the peers' | target |\n|---|---|---|---|---|---|\n";

    private Table() {}

    static String markdown(List<Row> rows) {
        StringBuilder text = new StringBuilder(HEAD);
        for (Row row : rows) {
            text.append("| ")
                    .append(String.join(
                            " | ", row.work(), row.ours(), row.limit(), row.ratio(), row.peers(), row.target()))
                    .append(" |\n");
        }
        return text.toString();
    }
}
