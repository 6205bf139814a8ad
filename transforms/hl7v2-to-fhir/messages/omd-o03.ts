import type { MessageMap } from "./message-map.ts";

/**
 * OMD_O03: an order of diets (ODS): a NutritionOrder.
 *
 * The guide has no map for it.
 */
export const omdO03: MessageMap = {
  structure: "OMD_O03",
  events: {
    "OMD^O03": {},
  },
};
