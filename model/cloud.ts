import { z } from 'zod'

export const clouds = ['aws', 'azure', 'gcp'] as const
export type Cloud = (typeof clouds)[number]
export const cloudSchema = z.enum(clouds)
