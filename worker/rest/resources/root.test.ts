import { testRows } from "../fixtures/rest-rows.ts";

testRows("the root says what worker this is", [
  {
    path: "/",
    status: 200,
    answer: { version: "4.0.0", commit: "abc", kafka_cluster_id: "cluster-1" },
  },
]);
