package softadastra.bench;

import java.util.List;

/** Rows as a table in Markdown. */
final class Table {

    private Table() {}

    static String markdown(List<Row> rows) {
        StringBuilder text = new StringBuilder("| work | ours | raw limit | ratio | target |\n|---|---|---|---|---|\n");
        for (Row row : rows) {
            text.append("| ")
                    .append(String.join(" | ", row.work(), row.ours(), row.limit(), row.ratio(), row.target()))
                    .append(" |\n");
        }
        return text.toString();
    }
}
